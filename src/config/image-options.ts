import { z } from 'zod';
import { duration } from './duration.ts';
import { option, text } from './option.ts';

/** Keys of `mooring.yaml` about images; a part of `options.ts`. */
export const imageOptions = {
  'images.enabled': option(z.boolean().default(false), {
    description:
      'Ask registries what images say (environment, command, ports, labels), for the dependency graph. Tells them which images run.',
    type: 'yes or no',
    env: 'MOORING_IMAGES',
  }),
  'images.registries': option(z.array(text).default([]), {
    description: 'Hosts that may be asked, with their port; *.corp stands for all below. All of them when empty.',
    type: 'list',
    env: 'MOORING_IMAGE_REGISTRIES',
  }),
  'images.insecure': option(z.array(text).default([]), {
    description: 'Registries that are asked without TLS. Those on this machine are.',
    type: 'list',
  }),
  'images.mirrors[].registry': option(text, { description: 'A registry that has a mirror: docker.io.', type: 'text' }),
  'images.mirrors[].mirror': option(text, {
    description: 'The host that is asked first, with a path in front of names or without: mirror.corp/hub.',
    type: 'text',
  }),
  'images.credentialsFile': option(text.optional(), {
    description: 'A docker config.json with credentials. Programs that it names are not run. Read anew every 20 s.',
    type: 'path',
    secret: true,
  }),
  'images.caFile': option(text.optional(), {
    description: 'File of authorities that are trusted for registries beside the usual ones.',
    type: 'path',
  }),
  'images.platform': option(
    text.regex(/^[a-z0-9]+\/[a-z0-9_]+$/, 'is no platform; write it like linux/amd64').default('linux/amd64'),
    {
      description: 'Which image of a list is read; where it is missing, another one for the same system.',
      type: 'text',
    },
  ),
  'images.refresh': option(duration.prefault('15m'), {
    description: 'How often a tag is asked what it stands for now.',
    type: 'duration',
  }),
} as const;
