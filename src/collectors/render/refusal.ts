import { AppError } from '../../errors/app-error.ts';

/** A rendering that asks for what is not allowed. */
export function renderRefused(file: string, why: string, remedy: string): AppError {
  return new AppError({ code: 'render-refused', what: `will not render ${file}`, why, remedy });
}

/** A rendering that went wrong. */
export function renderFailed(file: string, why: string): AppError {
  return new AppError({
    code: 'render-failed',
    what: `cannot render ${file}`,
    why,
    remedy: 'Render the folder with the tool itself and correct it',
  });
}
