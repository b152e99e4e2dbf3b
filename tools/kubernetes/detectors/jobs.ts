/** Work that should have been done: jobs that gave up, schedules that stand still. */
import { conditionOf } from '../objects.ts';
import { type Problem, type ProblemDetector, reasonText } from '../problem.ts';

const dayMs = 86_400_000;

/** `BackoffLimitExceeded`, `DeadlineExceeded` and the like; failures of days ago are history. */
export const detectFailedJob: ProblemDetector = ({ jobs, nowMs }) =>
  jobs.flatMap(({ metadata, status }): readonly Problem[] => {
    const failed = conditionOf(status.conditions, 'Failed');
    if (failed?.status !== 'True' || nowMs - (failed.lastTransitionTime ?? nowMs) > dayMs) return [];
    return [
      {
        problem: 'job-failed',
        severity: 2,
        object: `Job ${metadata.name}`,
        says: `gave up after ${status.failed} failed pods: ${reasonText(failed.reason, failed.message)}`,
        sinceMs: failed.lastTransitionTime,
      },
    ];
  });

/** Runs of a job fail and it has not given up yet. */
export const detectFailingJob: ProblemDetector = ({ jobs }) =>
  jobs.flatMap(({ metadata, status }): readonly Problem[] => {
    const over = ['Failed', 'Complete'].some((type) => conditionOf(status.conditions, type)?.status === 'True');
    if (over || status.failed === 0) return [];
    const says = `${status.failed} of its pods failed so far; it tries again`;
    return [{ problem: 'job-failing', severity: 2, object: `Job ${metadata.name}`, says, sinceMs: null }];
  });

export const detectSuspendedCronJob: ProblemDetector = ({ cronJobs }) =>
  cronJobs
    .filter(({ spec }) => spec.suspend === true)
    .map(({ metadata, spec, status }) => ({
      problem: 'cron-suspended',
      severity: 1,
      object: `CronJob ${metadata.name}`,
      says: `is suspended: nothing runs at ${spec.schedule}`,
      sinceMs: status.lastScheduleTime,
    }));

const missed = new Set(['MissSchedule', 'TooManyMissedTimes', 'FailedNeedsStart', 'UnparseableSchedule']);

/** The controller says so itself: its clock and the schedule's time zone are its own. */
export const detectMissedCronJob: ProblemDetector = ({ cronJobs, events }) =>
  cronJobs.flatMap(({ metadata, status }): readonly Problem[] => {
    const event = events.find(
      ({ kind, name, reason }) => kind === 'CronJob' && name === metadata.name && missed.has(reason),
    );
    if (event === undefined) return [];
    const says = `missed its time: ${reasonText(event.reason, event.message)}`;
    return [
      {
        problem: 'cron-missed',
        severity: 2,
        object: `CronJob ${metadata.name}`,
        says,
        sinceMs: status.lastScheduleTime,
      },
    ];
  });
