import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = 'openssl';

/** Whether this machine can make certificates. */
export const canMakeCertificates = ((): boolean => {
  try {
    return execFileSync(program, ['version'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
})();

/** A key and a certificate for some names, signed by itself, and the file of the certificate. `remove` deletes them. */
export function selfSigned(names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const alternative = names.map((name) => (/^[\d.]+$/u.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  execFileSync(
    program,
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'].concat([
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      `/CN=${names[0]}`,
      '-addext',
      `subjectAltName=${alternative}`,
    ]),
    { stdio: 'ignore' },
  );
  return {
    key: readFileSync(key, 'utf8'),
    cert: readFileSync(cert, 'utf8'),
    certFile: cert,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
