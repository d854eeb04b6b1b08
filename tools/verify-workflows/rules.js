// @ts-check
/** What every workflow of this repository keeps besides being valid. Each rule answers one sentence for each breach. */
import { load } from 'js-yaml';

/**
 * @typedef {object} Step
 * @property {string} [name]
 * @property {string} [uses]
 * @property {string} [run]
 * @property {string} [shell]
 * @property {string} [if]
 * @property {Record<string, unknown>} [with]
 * @property {Record<string, unknown>} [env]
 *
 * @typedef {object} Job
 * @property {unknown} [permissions]
 * @property {unknown} [env]
 * @property {unknown} [container]
 * @property {unknown} [secrets]
 * @property {string} [uses]
 * @property {string} [runs-on]
 * @property {number} [timeout-minutes]
 * @property {{ matrix?: Record<string, unknown> }} [strategy]
 * @property {readonly Step[]} [steps]
 *
 * @typedef {object} Workflow
 * @property {unknown} [on]
 * @property {unknown} [permissions]
 * @property {unknown} [env]
 * @property {unknown} [concurrency]
 * @property {{ run?: { shell?: string } }} [defaults]
 * @property {Record<string, Job>} [jobs]
 *
 * @typedef {object} Subject
 * @property {string} text as it is written
 * @property {Workflow} workflow
 * @property {readonly (readonly [name: string, job: Job])[]} jobs
 * @property {readonly { readonly place: string, readonly step: Step }[]} steps of all jobs
 */

/** GitHub's own only: whoever publishes another one could change every release. */
const PINNED = /^actions\/[\w-]+@[0-9a-f]{40}$/;
const VERSION_COMMENT = /^# v\d+\.\d+\.\d+$/;
/** Most others can be started by anybody, with the secrets and the token of this repository. */
const EVENTS = ['push', 'pull_request', 'schedule', 'workflow_dispatch'];
/** Images by the name of their version: `-latest` is another system one day. */
const IMAGES = [
  ...['ubuntu-24.04', 'ubuntu-24.04-arm', 'windows-2022', 'windows-2025', 'windows-11-arm'],
  ...['macos-14', 'macos-15', 'macos-15-intel'],
];
const MOST_MINUTES = 120;
/** Commands of npm, and those of other managers, that put packages into place. */
const INSTALLS =
  /\b(?:(?:npm|pnpm|yarn|bun)\s+(?:--?\S+\s+)*(?:ci|i|in|install|add|update|up|exec|x|create|init)\b|npx\b|pnpx\b|bunx\b|yarn\s+dlx\b)/;
const LOCKED_INSTALL = /^npm ci --ignore-scripts$/;
/** Runs what is installed, or fails. */
const NO_INSTALL = /^npx --no-install [\w@/.-]+/;
/** The one way in which a package's own scripts are run: by name. */
const REBUILD = /\bnpm\s+(?:rebuild|rb)\b/;
const NAMED_REBUILD = /\bnpm rebuild [a-z@]/;
const DOWNLOADED_SCRIPT =
  /\b(?:curl|wget|Invoke-WebRequest|iwr|Invoke-RestMethod|irm|git\s+(?:-\S+\s+)*clone|gh\s+\w+\s+(?:download|clone)|(?:pip3?|pipx|gem|cargo|go|brew|choco|winget)\s+install|docker\s+(?:run|pull))\b/i;
/** All that a job does which may write. */
const WRITERS_COMMANDS = /^(?:gh release|sha256sum)\b/;

/** @param {string} text @returns {Subject} @throws where it is no YAML */
export function readWorkflow(text) {
  const workflow = /** @type {Workflow} */ (load(text) ?? {});
  const jobs = Object.entries(workflow.jobs ?? {});
  const steps = jobs.flatMap(([name, job]) =>
    (job.steps ?? []).map((step, index) => ({ place: `${name}, step ${step.name ?? index + 1}`, step })),
  );
  return { text, workflow, jobs, steps };
}

/** @param {unknown} value @returns {string[]} keys of a mapping, entries of a list, or the one word */
function words(value) {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** @param {Record<string, unknown> | undefined} matrix @param {string} key @returns {string[]} those of `include` too */
function matrixValues(matrix, key) {
  const include = /** @type {unknown} */ (matrix?.['include']);
  const more = Array.isArray(include) ? /** @type {Record<string, unknown>[]} */ (include) : [];
  return [...words(matrix?.[key]), ...more.flatMap((one) => (key in one ? words(one[key]) : []))];
}

/** @param {unknown} permissions */
function writeScopes(permissions) {
  if (typeof permissions !== 'object' || permissions === null) return [];
  return Object.entries(permissions).flatMap(([scope, access]) => (access === 'write' ? [scope] : []));
}

/** @param {Step} step @returns {string[]} commands, continued lines joined, without comments */
function commands({ run = '' }) {
  return run
    .replaceAll(/\\\r?\n\s*/g, ' ')
    .split(/\r?\n/)
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(/[;|&()`]/))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** @param {unknown} value */
const mentionsSecret = (value) =>
  /\bsecrets\b|\bgithub\s*(?:\.\s*token\b|\.\s*\*|\[|\))/i.test(JSON.stringify(value ?? ''));

/** @type {Readonly<Record<string, (subject: Subject) => string[]>>} */
export const RULES = {
  /** A tag can be moved to other code; a commit cannot. */
  pins({ text, jobs }) {
    const lines = text.split(/\r?\n/).flatMap((line) => {
      const [, uses = '', comment = ''] =
        /^\s*(?:-\s+)?['"]?uses['"]?\s*:\s*['"]?([^\s'"#]+)['"]?\s*(.*)$/.exec(line) ?? [];
      return uses === '' ? [] : [{ uses, comment }];
    });
    const used = jobs.flatMap(([, job]) => [job.uses, ...(job.steps ?? []).map(({ uses }) => uses)]).filter(Boolean);
    const commits = new Map(lines.map(({ uses }) => [uses.split('@')[0], uses]));
    return [
      ...lines.flatMap(({ uses, comment }) => {
        if (!PINNED.test(uses)) return [`${uses} is not one of GitHub's own actions at a full commit`];
        if (!VERSION_COMMENT.test(comment)) return [`${uses} has no comment that names its version: # v1.2.3`];
        return commits.get(uses.split('@')[0]) === uses ? [] : [`${uses} is used at two commits`];
      }),
      ...(lines.length === used.length
        ? []
        : ['an action is written in a way that cannot be read here: one `uses:` a line']),
    ];
  },

  permissions({ workflow, jobs }) {
    const top = workflow.permissions;
    const none = typeof top === 'object' && top !== null && Object.keys(top).length === 0;
    return [
      ...(none ? [] : ['needs `permissions: {}`, so that each job says what it may do']),
      ...jobs.flatMap(([name, { permissions }]) =>
        typeof permissions === 'object' && permissions !== null
          ? []
          : [`${name} does not list its permissions one by one`],
      ),
    ];
  },

  /** What may write runs no code of packages or of the repository. */
  writers({ jobs }) {
    return jobs.flatMap(([name, job]) => {
      const scopes = writeScopes(job.permissions);
      const steps = job.steps ?? [];
      const runsCode = steps.some(
        (step) =>
          step.uses?.startsWith('actions/checkout@') ?? commands(step).some((line) => !WRITERS_COMMANDS.test(line)),
      );
      return scopes.length > 0 && runsCode
        ? [`${name} may write (${scopes.join(', ')}) and runs more than it needs`]
        : [];
    });
  },

  triggers({ workflow }) {
    return words(workflow.on).flatMap((event) =>
      EVENTS.includes(event) ? [] : [`${event} may be started by strangers`],
    );
  },

  timeouts({ jobs }) {
    return jobs.flatMap(([name, { 'timeout-minutes': minutes }]) =>
      typeof minutes === 'number' && minutes > 0 && minutes <= MOST_MINUTES
        ? []
        : [`${name} has no timeout-minutes of at most ${MOST_MINUTES}`],
    );
  },

  concurrency({ workflow }) {
    return workflow.concurrency === undefined ? ['needs concurrency'] : [];
  },

  /** With `bash`, GitHub adds `-e` and `pipefail`; PowerShell goes on after a program that failed. */
  shells({ workflow, steps }) {
    return [
      ...(workflow.defaults?.run?.shell === 'bash' ? [] : ['needs `defaults: run: shell: bash`']),
      ...steps.flatMap(({ place, step }) => (step.shell === undefined ? [] : [`${place} has another shell`])),
    ];
  },

  images({ jobs }) {
    return jobs.flatMap(([name, job]) => {
      const image = job['runs-on'] ?? '';
      const fromMatrix = /^\$\{\{ matrix\.([\w-]+) \}\}$/.exec(image);
      const images = fromMatrix ? matrixValues(job.strategy?.matrix, fromMatrix[1] ?? '') : [image];
      const unknown = images.filter((one) => !IMAGES.includes(one));
      return images.length > 0 && unknown.length === 0
        ? []
        : [`${name} runs on ${unknown.join(', ') || 'nothing that is listed'}`];
    });
  },

  /** Steps get the token where they are given it, and nowhere else. */
  credentials({ steps }) {
    return steps.flatMap(({ place, step }) =>
      step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false
        ? [`${place} needs \`persist-credentials: false\``]
        : [],
    );
  },

  installs({ steps }) {
    return steps.flatMap(({ place, step }) =>
      commands(step).flatMap((line) => {
        if (REBUILD.test(line) && !NAMED_REBUILD.test(line))
          return [`${place} runs the scripts of every package: ${line}`];
        if (!INSTALLS.test(line) || LOCKED_INSTALL.test(line) || NO_INSTALL.test(line)) return [];
        return [`${place} installs by more than the lock file, or runs scripts of packages: ${line}`];
      }),
    );
  },

  downloads({ steps }) {
    return steps.flatMap(({ place, step }) =>
      commands(step).flatMap((line) => (DOWNLOADED_SCRIPT.test(line) ? [`${place} downloads: ${line}`] : [])),
    );
  },

  /** Whatever an expression holds becomes part of the program; a variable does not. */
  expressions({ steps }) {
    return steps.flatMap(({ place, step }) =>
      [step.run, step.with?.['script']].some((program) => String(program).includes('${{'))
        ? [`${place} has an expression in its commands: give it by \`env\``]
        : [],
    );
  },

  secrets({ workflow, jobs }) {
    const strangers = words(workflow.on).includes('pull_request');
    const wide = [
      ['the workflow', workflow.env],
      ...jobs.flatMap(([name, job]) => [
        [name, job.env],
        [name, job.secrets],
        [name, job.container],
      ]),
    ];
    return [
      ...(strangers && mentionsSecret(workflow) ? ['uses a secret or the token though pull requests start it'] : []),
      ...wide.flatMap(([name, value]) =>
        mentionsSecret(value) ? [`${String(name)} hands a secret to every step`] : [],
      ),
    ];
  },
};

/** @param {string} text @param {typeof RULES} [rules] @returns {string[]} `rule: sentence` */
export function judgeWorkflow(text, rules = RULES) {
  const subject = readWorkflow(text);
  return Object.entries(rules).flatMap(([name, rule]) => rule(subject).map((fault) => `${name}: ${fault}`));
}
