/** An estate of applications as a Git repository declares it, in ten kinds; the same number gives the same bytes. */
export interface Estate {
  readonly namespaces: readonly string[];
  /** One file for each application, ten documents in it. */
  readonly files: readonly EstateFile[];
}

export interface EstateFile {
  readonly name: string;
  readonly namespace: string;
  readonly text: string;
}

const appsInNamespace = 50;

/** `resources` is rounded down to whole applications of ten. */
export function drawEstate(resources: number): Estate {
  const apps = Math.floor(resources / 10);
  const files = Array.from({ length: apps }, (_, index) => {
    const namespace = `team-${Math.floor(index / appsInNamespace)}`;
    const app = `app-${String(index).padStart(4, '0')}`;
    const text = template
      .replaceAll('APP', app)
      .replaceAll('NAMESPACE', namespace)
      .replaceAll('NUMBER', String(index % 7));
    return { name: `${app}.yaml`, namespace, text };
  });
  return { namespaces: [...new Set(files.map(({ namespace }) => namespace))], files };
}

const head = `metadata:
  name: APP
  namespace: NAMESPACE
  labels:
    app.kubernetes.io/name: APP
    app.kubernetes.io/part-of: NAMESPACE
`;

const pod = `    metadata:
      labels: {app.kubernetes.io/name: APP}
      annotations: {prometheus.io/scrape: "true", prometheus.io/port: "9090"}
    spec:
      serviceAccountName: APP
      terminationGracePeriodSeconds: 45
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
      containers:
        - name: main
          image: registry.example.test/shop/APP:1.NUMBER.0
          ports:
            - {name: http, containerPort: 8080}
            - {name: metrics, containerPort: 9090}
          env:
            - {name: PORT, value: "8080"}
            - {name: LOG_LEVEL, value: info}
            - {name: CART_ADDR, value: "cart:7070"}
            - {name: PAYMENT_ADDR, value: "payment:50051"}
            - {name: DATABASE_URL, value: "postgres://db.data:5432/APP"}
            - {name: FEATURE_NUMBER, value: "on"}
            - name: POD_NAME
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
            - name: SETTING
              valueFrom: {configMapKeyRef: {name: APP, key: setting}}
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
          livenessProbe: {httpGet: {path: /live, port: http}, initialDelaySeconds: 10}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {cpu: 500m, memory: 512Mi}
          volumeMounts:
            - {name: settings, mountPath: /etc/settings, readOnly: true}
        - name: proxy
          image: registry.example.test/mesh/proxy:2.NUMBER
          args: [--concurrency, "2", --log-level=warning]
          ports:
            - {name: mesh, containerPort: 15001}
          resources:
            requests: {cpu: 50m, memory: 64Mi}
      volumes:
        - name: settings
          configMap: {name: APP}
`;

const template = `# Everything of one application.
apiVersion: apps/v1
kind: Deployment
${head}spec:
  replicas: 2
  revisionHistoryLimit: 3
  selector: {matchLabels: {app.kubernetes.io/name: APP}}
  template:
${pod}---
apiVersion: apps/v1
kind: StatefulSet
${head}spec:
  serviceName: APP
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: APP}}
  template:
${pod}---
apiVersion: v1
kind: Service
${head}spec:
  selector: {app.kubernetes.io/name: APP}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: metrics, port: 9090, targetPort: metrics}
---
apiVersion: v1
kind: ConfigMap
${head}data:
  setting: "NUMBER"
  app.properties: |
    # comments are part of the value
    timeout=30s
    retries=NUMBER
    endpoint=https://api.example.test/APP
---
apiVersion: v1
kind: ServiceAccount
${head}automountServiceAccountToken: false
---
apiVersion: networking.k8s.io/v1
kind: Ingress
${head}spec:
  ingressClassName: public
  tls: [{hosts: [APP.example.test], secretName: APP-tls}]
  rules:
    - host: APP.example.test
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: APP, port: {name: http}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${head}spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: APP}}
  policyTypes: [Ingress]
  ingress:
    - from: [{namespaceSelector: {}}]
      ports: [{port: 8080}, {port: 9090, protocol: TCP}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
${head}spec:
  minAvailable: 1
  selector: {matchLabels: {app.kubernetes.io/name: APP}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
${head}spec:
  minReplicas: 2
  maxReplicas: 6
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: APP}
  metrics:
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
---
apiVersion: batch/v1
kind: CronJob
${head}spec:
  schedule: "NUMBER 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: clean
              image: registry.example.test/shop/clean:1.NUMBER
              command: [clean, --older-than=30d]
              env: [{name: TARGET, value: APP}]
`;
