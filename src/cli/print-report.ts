import type { AuditReport } from '../drift/drift-report.ts';
import type { CliContext } from './cli-context.ts';
import { formatDocument } from './output-format.ts';

/** An audit report in one of the formats of `-o`. */
export async function printReport(report: AuditReport, format: string, context: CliContext): Promise<string> {
  switch (format) {
    case 'json':
    case 'yaml':
      return formatDocument(report, format);
    case 'diff': {
      const { formatReportDiff } = await import('./diff-output.ts');
      return formatReportDiff(report, context.colour);
    }
    default: {
      const { formatReportTable } = await import('./table-output.ts');
      return formatReportTable(report, { columns: context.columns, colour: context.colour });
    }
  }
}
