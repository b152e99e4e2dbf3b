/**
 * In continuous integration property tests draw the same cases every time: a red run there is the commit's doing.
 * Everywhere else they draw new ones, and a failure prints the seed that repeats it.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_261_121 });
