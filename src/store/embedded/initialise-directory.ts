/** Run as a program: `node initialise-directory.ts <directory>` creates the embedded store's files and ends. */
import { openBackend } from './open-backend.ts';

const [, , directory] = process.argv;
if (directory === undefined) throw new Error('Usage: initialise-directory.ts <directory>');
await (await openBackend(directory)).close();
