import { createServer } from 'node:http';

/** One series: its labels, and by how much it grows a second; a gauge stays at it. */
export interface FakeSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rate: number;
  readonly gauge?: boolean;
}

export interface FakeExporter extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** From now on these. A counter that was there goes on from where it is. */
  show(series: readonly FakeSeries[]): void;
}

/** A target of Prometheus whose counters grow with time. */
export async function startFakeExporter(): Promise<FakeExporter> {
  const counters = new Map<string, { value: number; series: FakeSeries }>();
  let shown: readonly string[] = [];
  let last = performance.now();
  const grow = (): void => {
    const now = performance.now();
    for (const key of shown) {
      const counter = counters.get(key);
      if (counter !== undefined) counter.value += (counter.series.rate * (now - last)) / 1000;
    }
    last = now;
  };
  const server = createServer((_request, response) => {
    grow();
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(shown.map((key) => lineOf(key, counters.get(key))).join(''));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const place = server.address();
  const port = place !== null && typeof place === 'object' ? place.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    show(series) {
      grow();
      for (const each of series) {
        const key = keyOf(each);
        counters.set(key, { value: counters.get(key)?.value ?? 0, series: each });
      }
      shown = series.map((each) => keyOf(each));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function keyOf({ metric, labels }: FakeSeries): string {
  const inside = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${inside.join(',')}}`;
}

function lineOf(key: string, counter: { value: number; series: FakeSeries } | undefined): string {
  if (counter === undefined) return '';
  return `${key} ${counter.series.gauge === true ? counter.series.rate : counter.value}\n`;
}
