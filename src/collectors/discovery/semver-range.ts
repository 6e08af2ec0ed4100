interface Version {
  readonly numbers: readonly [number, number, number];
  readonly pre: readonly string[];
  readonly text: string;
}

type Test = (version: Version) => boolean;

const versionPattern = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** The highest tag that satisfies a range, or undefined. Tags that are no versions are passed over. */
export function highestInRange(range: string, tags: readonly string[]): string | undefined {
  const test = parseRange(range);
  if (test === undefined) return undefined;
  let highest: Version | undefined;
  for (const tag of tags) {
    const version = parseVersion(tag);
    if (version === undefined || !test(version)) continue;
    if (highest === undefined || compareVersions(version, highest) > 0) highest = version;
  }
  return highest?.text;
}

/** Whether a text is a range rather than one exact version or a name: `1.2.*`, `>=1.0.0 <2`, `^1`, `~1.2`, `1.x`, `*`. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined && !/^v?\d+\.\d+\.\d+(?:[-+].*)?$/.test(text.trim());
}

function parseVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text.trim());
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', pre] = match;
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: pre === undefined ? [] : pre.split('.'), text };
}

function compareVersions(left: Version, right: Version): number {
  for (const [index, number] of left.numbers.entries()) {
    const other = right.numbers[index] ?? 0;
    if (number !== other) return number - other;
  }
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (let index = 0; index < Math.max(left.pre.length, right.pre.length); index += 1) {
    const order = comparePart(left.pre[index], right.pre[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (leftIsNumber && rightIsNumber) return Number(left) - Number(right);
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left < right ? -1 : 1;
}

const comparator =
  /(!=|>=|=>|<=|=<|>|<|=|\^|~>|~)?\s*(v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)/y;

/** Alternatives are parted by `||`, conditions by spaces or commas; `1.0 - 2.0` spans both ends. */
function parseRange(range: string): Test | undefined {
  const alternatives = range.split('||').map(parseConditions);
  if (!alternatives.every((test) => test !== undefined)) return undefined;
  return (version) => alternatives.some((test) => test(version));
}

function parseConditions(text: string): Test | undefined {
  const spanned = text.replaceAll(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2').trim();
  if (spanned === '' || spanned.length > 200) return undefined;
  const tests: Test[] = [];
  for (let at = 0; at < spanned.length; ) {
    if (/[\s,]/.test(spanned[at] ?? '')) {
      at += 1;
      continue;
    }
    comparator.lastIndex = at;
    const match = comparator.exec(spanned);
    if (match === null) return undefined;
    tests.push(condition(match[1] ?? '', match[2] ?? ''));
    at = comparator.lastIndex;
    if (at < spanned.length && !/[\s,<>=!^~]/.test(spanned[at] ?? '')) return undefined;
  }
  // A pre-release is meant only by a range that names one.
  const namesPre = spanned.includes('-');
  return (version) => (namesPre || version.pre.length === 0) && tests.every((test) => test(version));
}

interface Bound {
  readonly from: Version;
  /** How many numbers were written: `1.2` has two. */
  readonly precision: number;
}

function boundOf(text: string): Bound {
  const parts = text.replace(/^v/, '').split(/[-+]/)[0]?.split('.') ?? [];
  const open = parts.findIndex((part) => /^[xX*]$/.test(part));
  const from = parseVersion(text.replaceAll(/\.?[xX*]/g, '')) ?? { numbers: [0, 0, 0], pre: [], text };
  return { from, precision: open < 0 ? parts.length : open };
}

/** Below everything that begins with the same `precision` numbers, and those themselves. */
function upTo({ from }: Bound, precision: number): Test {
  if (precision === 0) return () => true;
  const end = { ...after(from.numbers, precision), text: '' };
  return (version) => compareVersions(version, end) < 0;
}

function fromTo(bound: Bound, precision: number): Test {
  const end = upTo(bound, precision);
  return (version) => compareVersions(version, bound.from) >= 0 && end(version);
}

type MakeTest = (bound: Bound) => Test;

const equals: MakeTest = (bound) => fromTo(bound, bound.precision);
const atLeast: MakeTest =
  ({ from }) =>
  (version) =>
    compareVersions(version, from) >= 0;
const atMost: MakeTest = (bound) =>
  bound.precision === 3 ? (version) => compareVersions(version, bound.from) <= 0 : upTo(bound, bound.precision);
const tilde: MakeTest = (bound) => fromTo(bound, Math.min(bound.precision, 2));
const not =
  (make: MakeTest): MakeTest =>
  (bound) => {
    const test = make(bound);
    return (version) => !test(version);
  };

const operators: Readonly<Record<string, MakeTest>> = {
  '>': not(atMost),
  '>=': atLeast,
  '=>': atLeast,
  '<': not(atLeast),
  '<=': atMost,
  '=<': atMost,
  '!=': not((bound) => (bound.precision === 3 ? exactly(bound) : equals(bound))),
  '^': (bound) => fromTo(bound, Math.min(bound.precision, caretPrecision(bound.from.numbers, bound.precision))),
  '~': tilde,
  '~>': tilde,
};

function condition(operator: string, text: string): Test {
  const bound = boundOf(text);
  return (operators[operator] ?? ((each) => (each.precision === 3 ? exactly(each) : equals(each))))(bound);
}

function exactly({ from }: Bound): Test {
  return (version) => compareVersions(version, from) === 0;
}

/** `^` keeps everything up to the first number that is not zero. */
function caretPrecision(numbers: readonly number[], precision: number): number {
  const first = numbers.slice(0, precision).findIndex((number) => number > 0);
  return first < 0 ? precision : first + 1;
}

/** The first version that is beyond all that begin with the same `precision` numbers; its pre-releases are beyond too. */
function after(numbers: readonly [number, number, number], precision: number): Pick<Version, 'numbers' | 'pre'> {
  const [major, minor, patch] = numbers;
  if (precision === 1) return { numbers: [major + 1, 0, 0], pre: ['0'] };
  return { numbers: precision === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1], pre: ['0'] };
}
