import { isJsonObject, type JsonObject, objectAt, parseJson, stringAt } from '../resource/json.ts';
import { groupOf } from '../resource/resource-id.ts';
import type { Gap } from '../resource/snapshot.ts';
import type { KubernetesConnection } from './connection/kubernetes-connection.ts';

/** `/openapi/v3` documents of a cluster without their operations, held by their content hash: one that did not change is never read twice. */
export interface OpenApiReader {
  /** Documents of these group versions as served, one each where the server has it. Never throws. */
  read(groupVersions: readonly string[], signal: AbortSignal): Promise<OpenApiDocuments>;
}

export interface OpenApiDocuments {
  readonly documents: readonly JsonObject[];
  readonly gaps: readonly Gap[];
}

export function createOpenApiReader(connection: KubernetesConnection, takeTurn: () => Promise<void>): OpenApiReader {
  const byUrl = new Map<string, JsonObject>();

  const fetchDocument = async (path: string, signal: AbortSignal): Promise<JsonObject> => {
    const answer = await connection.send({ path }, signal);
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    await takeTurn();
    const document = parseJson(answer.body.toString('utf8'));
    if (!isJsonObject(document)) throw new Error('the answer is no document');
    return document;
  };

  return {
    async read(groupVersions, signal) {
      const gaps: Gap[] = [];
      const attempt = async (what: string, path: string): Promise<JsonObject | undefined> => {
        try {
          return await fetchDocument(path, signal);
        } catch (error) {
          gaps.push(schemaGap(what, error));
          return undefined;
        }
      };
      const index = objectAt(await attempt('the index of API schemas', '/openapi/v3'), 'paths');
      const used = new Map<string, JsonObject>();
      const wanted = groupVersions.map(async (groupVersion) => {
        const url = stringAt(index, pathOf(groupVersion), 'serverRelativeURL');
        if (url === undefined) return;
        const document = byUrl.get(url) ?? schemasOf(await attempt(`the API schema of ${groupVersion}`, url));
        if (document !== undefined) used.set(url, document);
      });
      await Promise.all(wanted);
      for (const url of byUrl.keys()) if (!used.has(url)) byUrl.delete(url);
      for (const [url, document] of used) byUrl.set(url, document);
      return { documents: [...used.values()], gaps };
    },
  };
}

/** The operations are nine tenths of a document, and only the schemas are ever read. */
function schemasOf(document: JsonObject | undefined): JsonObject | undefined {
  if (document === undefined) return undefined;
  const { paths: _operations, ...schemas } = document;
  return schemas;
}

function pathOf(groupVersion: string): string {
  return groupOf(groupVersion) === '' ? `api/${groupVersion}` : `apis/${groupVersion}`;
}

/** A missing schema takes no resource's judgement away: built-in tables step in, so the scope matches nothing. */
function schemaGap(what: string, thrown: unknown): Gap {
  return {
    what,
    why: thrown instanceof Error ? thrown.message : String(thrown),
    remedy: 'Allow get on /openapi/v3 (group system:discovery) and check that the API server serves it',
    scope: { kind: '' },
  };
}
