// Plain JavaScript, so that an old Node can still say what is wrong.
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Causeway needs Node 22.18 or newer; this is ${process.versions.node}.\n` +
      'Run it with npm (npm ci brings Node 24 in node_modules), or install Node 24.\n',
  );
  process.exit(2);
}
// Later starts read compiled code from the temporary directory; where that cannot be written, nothing changes.
module.enableCompileCache?.();
const [command = 'start'] = process.argv.splice(2, 1);
await import(command === 'start' ? './main.ts' : './cli.ts');
