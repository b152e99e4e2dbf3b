/** The ways to sign in to a cluster. The first complete one is taken. */
import { z } from 'zod';

/** Where Kubernetes mounts a pod's own identity: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const mount = '/var/run/secrets/kubernetes.io/serviceaccount';

const page = z
  .string()
  .refine((text) => URL.canParse(text.replaceAll(/[{}]/gu, '')), 'must be an address')
  .optional()
  .describe('Page of a workload in your own web interface, with {namespace} and {workload} where they belong');

const shared = {
  KUBERNETES_WEB_URL: page,
  KUBERNETES_NAMESPACES: z
    .string()
    .regex(/^[a-z0-9-]+(?:,[a-z0-9-]+)*$/u, 'must be names with commas between them, such as shop,payments')
    .optional()
    .describe('More namespaces than the catalogue names, with commas, for causeway doctor and catalog discover'),
};

const file = z.string().min(1);
const authority = file.optional().describe('PEM file of the authority that signed the API server; no other is trusted');

const withToken = z.object({
  KUBERNETES_API_URL: z.url().describe('Address of the API server'),
  KUBERNETES_TOKEN: z.string().min(1).describe('Bearer token of a service account that may only read'),
  KUBERNETES_CA_FILE: authority,
  ...shared,
});

const withTokenFile = z.object({
  KUBERNETES_API_URL: z.url().describe('Address of the API server'),
  KUBERNETES_TOKEN_FILE: file.describe('File with the bearer token; read again when it changes'),
  KUBERNETES_CA_FILE: authority,
  ...shared,
});

const inCluster = z.object({
  KUBERNETES_SERVICE_HOST: z.string().min(1).describe('Set by Kubernetes in every pod'),
  KUBERNETES_SERVICE_PORT: z.string().regex(/^\d+$/u).describe('Set by Kubernetes in every pod'),
  KUBERNETES_TOKEN_FILE: file.default(`${mount}/token`).describe('Projected token; read again when it changes'),
  KUBERNETES_CA_FILE: file.default(`${mount}/ca.crt`).describe('PEM file of the authority of the cluster'),
  ...shared,
});

export const kubernetesEnvironment = z.union([withToken, withTokenFile, inCluster]);
export type KubernetesEnvironment = z.output<typeof kubernetesEnvironment>;

/** One way in, whatever the variables were. */
export type SignIn = {
  readonly apiUrl: string;
  readonly token: { readonly text: string } | { readonly file: string };
  readonly authorityFile: string | null;
};

export function signInOf(environment: KubernetesEnvironment): SignIn {
  const authorityFile = environment.KUBERNETES_CA_FILE ?? null;
  if ('KUBERNETES_SERVICE_HOST' in environment) {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
    const apiUrl = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { apiUrl, token: { file: environment.KUBERNETES_TOKEN_FILE }, authorityFile };
  }
  const apiUrl = environment.KUBERNETES_API_URL.replace(/\/+$/u, '');
  const token =
    'KUBERNETES_TOKEN' in environment
      ? { text: environment.KUBERNETES_TOKEN }
      : { file: environment.KUBERNETES_TOKEN_FILE };
  return { apiUrl, token, authorityFile };
}
