/** ISO 8601 duration between two RFC 3339 moments, whole seconds; `PT0S` when the second is not later or one cannot be read. */
export function durationBetween(earlier: string, later: string): string {
  const seconds = Math.floor((Date.parse(later) - Date.parse(earlier)) / 1000);
  if (!Number.isFinite(seconds) || seconds <= 0) return 'PT0S';
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds % 60 > 0 ? `${seconds % 60}S` : '',
  ].join('');
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
