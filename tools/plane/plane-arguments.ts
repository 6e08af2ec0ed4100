import type { Pki } from './pki.ts';

/** The loopback ports of one plane. */
export interface PlanePorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiserver: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
}

/** etcd keeps nothing worth an fsync here; without it writes are many times faster. */
export function etcdArguments(dataDir: string, ports: PlanePorts): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${dataDir}`,
    '--unsafe-no-fsync=true',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--auto-compaction-retention=1',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ];
}

/** As a real cluster runs it: admission, priority and fairness, RBAC and aggregation are all on. */
export function apiserverArguments(pki: Pki, ports: PlanePorts): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiserver}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${pki.caFile}`,
    `--tls-cert-file=${pki.serverCertFile}`,
    `--tls-private-key-file=${pki.serverKeyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki.serviceAccountPublicFile}`,
    `--service-account-signing-key-file=${pki.serviceAccountKeyFile}`,
    '--service-account-extend-token-expiration=false',
    `--requestheader-client-ca-file=${pki.frontCaFile}`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki.frontCertFile}`,
    `--proxy-client-key-file=${pki.frontKeyFile}`,
  ];
}

export function controllerManagerArguments(pki: Pki, kubeconfig: string, ports: PlanePorts): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    '--use-service-account-credentials=true',
    `--root-ca-file=${pki.caFile}`,
    `--service-account-private-key-file=${pki.serviceAccountKeyFile}`,
    '--controllers=*,-node-ipam-controller,-persistentvolume-attach-detach-controller,-persistentvolume-expander-controller',
    '--node-monitor-grace-period=3m20s',
    '--horizontal-pod-autoscaler-sync-period=2s',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}

export function schedulerArguments(kubeconfig: string, ports: PlanePorts): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.scheduler}`,
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}

export function kwokArguments(kubeconfig: string, stagesFile: string, ports: PlanePorts): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--manage-all-nodes=true',
    `--server-address=127.0.0.1:${ports.kwok}`,
    `--config=${stagesFile}`,
    '--node-lease-duration-seconds=40',
    '--node-ip=10.1.0.1',
    // Apart from the service range.
    '--cidr=10.2.0.0/16',
  ];
}
