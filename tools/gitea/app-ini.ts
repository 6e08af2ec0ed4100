import { userInfo } from 'node:os';

export interface AppIniFacts {
  /** Where everything of this server is kept. */
  readonly dir: string;
  /** Where its templates and texts are. */
  readonly root: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The settings of a Gitea on the loopback address, for tests: no mail, no SSH, nothing asked of other hosts. */
export function appIni({ dir, root, port, certificateFile, keyFile }: AppIniFacts): string {
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    '': {
      APP_NAME: 'Gitea',
      RUN_MODE: 'prod',
      WORK_PATH: dir,
      RUN_USER: userInfo().username,
      // Containers of CI systems often have no other user.
      I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: true,
    },
    server: {
      PROTOCOL: 'https',
      CERT_FILE: certificateFile,
      KEY_FILE: keyFile,
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: port,
      ROOT_URL: `https://127.0.0.1:${port}/`,
      STATIC_ROOT_PATH: root,
      OFFLINE_MODE: true,
      DISABLE_SSH: true,
      LFS_START_SERVER: false,
    },
    database: { DB_TYPE: 'sqlite3', PATH: `${dir}/gitea.sqlite`, SQLITE_JOURNAL_MODE: 'WAL' },
    repository: { ROOT: `${dir}/repositories`, DEFAULT_BRANCH: 'main' },
    security: { INSTALL_LOCK: true, PASSWORD_HASH_ALGO: 'pbkdf2$1000$50', PASSWORD_COMPLEXITY: 'off' },
    service: { DISABLE_REGISTRATION: true },
    session: { PROVIDER: 'memory' },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    webhook: { ALLOWED_HOST_LIST: 'loopback' },
    actions: { ENABLED: false },
    packages: { ENABLED: false },
    log: { MODE: 'console', LEVEL: 'Warn', ROOT_PATH: `${dir}/log` },
    'cron.update_checker': { ENABLED: false },
    // Small pages, so that a few items are several of them.
    api: { DEFAULT_PAGING_NUM: 20, MAX_RESPONSE_ITEMS: 20 },
  };
  return Object.entries(sections)
    .map(([name, keys]) => {
      const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}`);
      return [...(name === '' ? [] : [`[${name}]`]), ...lines, ''].join('\n');
    })
    .join('\n');
}
