/** Files as people leave them, and files that are no manifests. */
export const ragged = `%YAML 1.1
--- # the only document
# Nobody has tidied this file.


apiVersion: apps/v1
kind:   Deployment
metadata:
  name:      web          # aligned
  namespace: shop         # by hand
  annotations:
    long: "a quoted text that goes on for a while and is
      continued on the next line, \\
      with an escape \\u00e9 and a tab \\t"
    wrapped: a plain text
      that is wrapped too


    hash: 'a # that is no comment'
spec:
  template:
    spec:

      containers:

      # the first one

      -   name: web   
          image:    example/web:1.27	# a tab before the comment
          args: [ "--a",
            '--b' , # why
            --c=1 ]
          # between two members
          command: [sh, -c, "exit 0"]

          ports: [{containerPort: 80,   protocol: TCP},
                  {containerPort: 443, protocol: TCP}]
        # under the element, but not of it

      -   name: proxy
          resources: {limits: {cpu: 1, memory: "1Gi"}, }
  # at the end of the spec
# at the end of the file`;

export const values = `# Default values of the chart.
image:
  repository: example/web # without a registry
  tag: "1.27"
  pullPolicy:

# -- How many.
replicaCount: 2

ingress: {}
extraEnv: []
# extraEnv:
#   - name: A
#     value: b

resources:
  limits:
    cpu: 100m
  #  memory: 128Mi
nodeSelector: {kubernetes.io/os: linux}
tolerations:
  - key: a
    operator: Exists

  - key: b   # the second
config: |
  [server]
  port = 80
    # kept as it is

`;

export const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../base
-   extra.yaml # for this cluster only
images:
- name: example/web
  newTag: 1.27   # {"note": "a machine reads this"}
- {name: example/proxy, newTag: "2.0"}
replicas:
- name: web
  count: 3
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 3
configMapGenerator:
- name: conf
  literals:
  - A=b
`;
