import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

/** A repository with a work tree that goes with the test. */
export class TestRepository {
  readonly path: string;
  #commits = 0;

  constructor(...init: readonly string[]) {
    this.path = temporaryFolder();
    this.git('init', '--quiet', '--initial-branch=main', ...init);
  }

  git(...args: readonly string[]): string {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_DATE: this.#date(),
      GIT_COMMITTER_DATE: this.#date(),
    };
    const who = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com'];
    return execFileSync('git', [...who, ...args], { cwd: this.path, env, encoding: 'utf8' }).trim();
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true });
    writeFileSync(join(this.path, file), text);
  }

  /** Writes the files, commits everything, and answers the commit's id. */
  commit(files: Readonly<Record<string, string>>): string {
    for (const [file, text] of Object.entries(files)) this.write(file, text);
    this.#commits += 1;
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', `commit ${this.#commits}`);
    return this.git('rev-parse', 'HEAD');
  }

  /** One minute later with each commit, so that the order is certain. */
  #date(): string {
    return `2026-01-02T03:${String(this.#commits).padStart(2, '0')}:00Z`;
  }
}

export function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: "${value}"\n`;
}
