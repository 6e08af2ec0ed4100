import { z } from 'zod';
import { option, text } from './option.ts';

const httpsUrl = text.regex(
  /^https:\/\/[^\s@?#]+$/i,
  'is no https URL without a user; write it like https://git.example.org',
);

/** Keys of `mooring.yaml` about forges; a part of `options.ts`. */
export const forgeOptions = {
  'forges[].url': option(httpsUrl, {
    description:
      'Where it is: a forge, or a part of one, or a repository. Of several that fit a repository the longest counts.',
    type: 'text',
  }),
  'forges[].type': option(z.enum(['gitea', 'forgejo', 'github']), {
    description: 'What it is: gitea, forgejo or github. Proposals to repositories below url are pull requests there.',
    type: 'text',
  }),
  'forges[].api': option(httpsUrl.optional(), {
    description:
      'The base of its API. When absent: /api/v1 of the same host for gitea and forgejo; for github api.github.com, or /api/v3 of another host.',
    type: 'text',
  }),
  'forges[].tokenFile': option(text, {
    description:
      'File that holds the token of an account of its own for Mooring. Read anew with each call, and sent to that host alone.',
    type: 'path',
    secret: true,
  }),
  'forges[].appId': option(text.regex(/^[\w.-]+$/, 'is no App or client ID').optional(), {
    description:
      'The ID of a GitHub App that is installed for the repositories; tokenFile then holds its private key (PEM).',
    type: 'text',
  }),
  'forges[].caFile': option(text.optional(), {
    description: 'File of authorities that are trusted for it beside the usual ones.',
    type: 'path',
  }),
  'forges[].commitName': option(text.default('Mooring'), {
    description: 'The name on commits of proposals.',
    type: 'text',
  }),
  'forges[].commitEmail': option(text.default('mooring@mooring.invalid'), {
    description: 'The address on commits of proposals; a branch with a commit of any other address is left alone.',
    type: 'text',
  }),
  'forges[].signOff': option(z.boolean().default(false), {
    description: 'Add a Signed-off-by line to commits.',
    type: 'yes or no',
  }),
  'forges[].signingKeyFile': option(text.optional(), {
    description: 'File of an SSH private key without a passphrase that signs commits.',
    type: 'path',
    secret: true,
  }),
  'forges[].labels': option(z.boolean().default(true), {
    description: 'Label pull requests with mooring and the kind of repair, the risk and the namespace.',
    type: 'yes or no',
  }),
  'forges[].reviewers': option(z.boolean().default(true), {
    description: 'Ask those for a review who own the changed files by CODEOWNERS of the base branch.',
    type: 'yes or no',
  }),
  'forges[].drafts': option(z.enum(['when-incomplete', 'never']).default('when-incomplete'), {
    description: 'Open a draft when a check could not be made or failed: when-incomplete, or never.',
    type: 'text',
  }),
  'forges[].dashboard': option(z.boolean().default(true), {
    description:
      'Keep one issue in each repository that lists what is held back, and why. It is made when something is held.',
    type: 'yes or no',
  }),
} as const;
