/** Commits rows one by one and says the number of each once its commit returned. */
import pino from 'pino';
import { openEmbedded } from '../../src/store/embedded/open-embedded.ts';

const [, , home] = process.argv;
const { pool } = await openEmbedded(home ?? '', pino({ level: 'silent' }));
await pool.query('create table kept (id int primary key, text text)');
for (let id = 1; id < 5_000; id += 1) {
  await pool.query('insert into kept values ($1, $2)', [id, 'x'.repeat(id % 700)]);
  process.stdout.write(`${id}\n`);
}
