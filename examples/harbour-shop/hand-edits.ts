/** What somebody did to the cluster behind Git's back. */
export interface HandEdit {
  /** The story, in a person's words. */
  readonly story: string;
  readonly args: readonly string[];
  /** For `kubectl edit`: what the editor does to the file. */
  readonly editor?: string;
}

const shop = ['--namespace', 'harbour'];

/** A bad evening in the harbour shop: each edit by another way, so that each leaves another trace. */
export const handEdits: readonly HandEdit[] = [
  {
    story: 'a hotfix image goes straight to production',
    args: ['set', 'image', 'deployment/payment', 'payment=harbour/payment:2.4.1-hotfix', ...shop],
  },
  {
    story: 'checkout waits longer for payment, by kubectl edit',
    args: ['edit', 'deployment/checkout', ...shop],
    editor: 'sed -i -e "s/value: 2s/value: 30s/"',
  },
  {
    story: 'the carts are scaled down to save money',
    args: ['scale', 'deployment/cart', '--replicas=1', ...shop],
  },
  {
    story: 'a feature is switched on for a demonstration',
    args: [
      'patch',
      'configmap/feature-flags',
      '--type=merge',
      '--patch',
      '{"data":{"ONE_PAGE_CHECKOUT":"true"}}',
      ...shop,
    ],
  },
  {
    story: 'a pipeline moves the port of inventory',
    args: [
      'patch',
      'service/inventory',
      '--field-manager=helm',
      '--type=strategic',
      '--patch',
      '{"spec":{"ports":[{"port":9090,"targetPort":9091}]}}',
      ...shop,
    ],
  },
  {
    story: 'the wall around the orders database is taken down',
    args: ['delete', 'networkpolicy/orders-db', ...shop],
  },
  {
    story: 'a shell for debugging stays behind',
    args: [
      'create',
      'deployment',
      'debug-shell',
      '--image=busybox:1.37',
      '--replicas=1',
      ...shop,
      '--',
      'sleep',
      'infinity',
    ],
  },
];
