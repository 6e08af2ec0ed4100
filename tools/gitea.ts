import { AppError } from '../src/errors/app-error.ts';
import { startGitea } from './gitea/start-gitea.ts';

/** `npm run gitea`: one real Gitea until Ctrl-C, with an administrator. */
async function main(): Promise<void> {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ask());
  await using gitea = await startGitea((line) => console.error(line));
  const { name, token } = await gitea.createUser('admiral', { admin: true });
  console.log(`Gitea is running at ${gitea.url}, its log in ${gitea.dir}/gitea.log. Ctrl-C stops and removes it.\n`);
  console.log(`user ${name}, password "${name} password", token ${token}`);
  // Promises alone do not keep Node alive.
  const alive = setInterval(() => {}, 3_600_000);
  await asked;
  clearInterval(alive);
}

main().catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 2;
});
