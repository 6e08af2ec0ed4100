/** A path of an engine object as a path of a tree: without `.`, doubled or outer slashes. It may still hold `..`. */
export function cleanPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
