/** What one evidence item says of a quantity, in the same terms for every vendor, so that items can be compared. */
export type Level = {
  readonly kind: 'level';
  readonly service: string;
  /** One of `knownMetrics`. */
  readonly metric: string;
  /** The newest quarter of an hour of the series. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
  /** 10th, 50th and 90th percentile of those samples. */
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  /** Median of everything before them; null with fewer than five samples. */
  readonly past: number | null;
};

export type MonitorSays = {
  readonly kind: 'monitor';
  readonly service: string;
  readonly metric: string;
  readonly state: 'alert' | 'ok';
  readonly comparator: '>' | '<';
  readonly threshold: number;
};

export type Deployed = {
  readonly kind: 'deploy';
  readonly service: string;
  /** Lower-case hexadecimal, seven digits or more. */
  readonly sha: string;
  readonly atMs: number;
  readonly outcome: 'succeeded' | 'failed' | null;
};

export type Reading = Level | MonitorSays | Deployed;
