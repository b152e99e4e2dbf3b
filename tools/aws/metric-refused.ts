/** CloudWatch answered the request and refused one of its metrics, or failed on it. */
export class MetricRefusedError extends Error {
  readonly code: 'Forbidden' | 'InternalError';
  constructor(code: 'Forbidden' | 'InternalError') {
    super(`GetMetricData answered ${code}`);
    this.code = code;
  }
}
