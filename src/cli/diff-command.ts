import type { Command } from 'commander';
import type { AuditReport, ResourceReport } from '../drift/drift-report.ts';
import type { CommandRun } from './command-run.ts';
import { exitCodes } from './exit-codes.ts';
import { outputOption } from './output-format.ts';
import { printReport } from './print-report.ts';
import { findTarget, parseTarget } from './resource-target.ts';
import { addSourceOptions, readSources, textOption } from './source-options.ts';

/** `mooring diff KIND/NAME`: what drifted in one resource, as a unified diff from Git to the cluster. */
export function addDiffCommand(program: Command, run: CommandRun): void {
  const command = program
    .command('diff')
    .argument('<kind/name>', 'the resource, such as deployment/web or deployment/shop/web')
    .description('show how one resource differs from Git; exit code 0 in sync, 1 drift, 2 or more an error')
    .addOption(outputOption(['diff', 'table', 'json', 'yaml']));
  addSourceOptions(command).action(async (text: string, options) => {
    const sources = readSources(options);
    const target = parseTarget(text, sources.namespace);
    const report = await run.withWorkbench(options, (workbench) => workbench.audit(sources, run.context.signal));
    const resource = findTarget(target, text, report.resources);
    const part = onlyResource(report, resource);
    run.context.write(await printReport(part, textOption(options, 'output') ?? 'diff', run.context));
    if (resource.verdict === 'drifted') run.exitCode = exitCodes.drift;
  });
}

/** The same document about one resource. */
function onlyResource(report: AuditReport, resource: ResourceReport): AuditReport {
  const one = (verdict: string) => (resource.verdict === verdict ? 1 : 0);
  return {
    ...report,
    summary: {
      resources: 1,
      inSync: one('in-sync'),
      drifted: one('drifted'),
      pending: one('pending'),
      invalid: one('invalid'),
      undetermined: one('undetermined'),
      differences: resource.differences.length,
      suppressions: resource.suppressions.length,
    },
    resources: [resource],
    gaps: [],
  };
}
