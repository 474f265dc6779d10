export type { Data } from '../internal/arrayData.js';
export type { Labels } from '../internal/hostRows.js';
export type { NamedResult, ReportData, ReportedResults, ReportPart, ResultsByName } from './entries.js';
export type { ProbeReport, ProbeReportOptions, ReportSection } from './probeReport.js';
export { probeReport } from './probeReport.js';
export type { ProbeResult } from './probeResult.js';
