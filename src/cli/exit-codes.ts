/** As `kubectl diff`: 0 nothing drifted, 1 drift, 2 and above an error. */
export const exitCodes = {
  ok: 0,
  drift: 1,
  error: 2,
  defect: 3,
  interrupted: 130,
} as const;
