/**
 * Renders at most once in `forMs` and shares a rendering under way: two hundred scrapers cost as much as one. `now` is in milliseconds.
 */
export function cachedRender(render: () => Promise<string>, forMs: number, now: () => number): () => Promise<string> {
  let text: Promise<string> | null = null;
  let renderedAt = 0;
  return () => {
    if (text === null || now() - renderedAt >= forMs) {
      renderedAt = now();
      text = render();
      text.catch(() => {
        text = null;
      });
    }
    return text;
  };
}
