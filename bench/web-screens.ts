/** Pictures of every page with the sample incident, at desk and phone width, light and dark: `node bench/web-screens.ts FOLDER`. */
import { launchChromium } from '../test/support/chromium.ts';
import { tellStory } from '../test/support/sample-story.ts';
import { startWebWorld } from '../test/support/web-world.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('say where the pictures go: node bench/web-screens.ts FOLDER');

const pages = {
  home: '/',
  channel: '/c/incidents',
  thread: '/c/incidents?thread=m3',
  incident: '/i/INC-1',
  evidence: '/i/INC-1/e/E2',
  approve: '/approve/plan-1',
  postmortem: '/i/INC-1/postmortem',
  audit: '/audit',
  stats: '/stats',
  search: '/incidents?q=pool',
  missing: '/c/nowhere',
};

const world = await startWebWorld({ heartbeatMs: 15_000 });
await tellStory(world);
const browser = await launchChromium();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: width === 390 ? 844 : 900 } });
    const page = await context.newPage();
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${world.web.url}${path}`);
      await page.waitForTimeout(150);
      await page.screenshot({
        path: `${folder}/${name}-${width}-${colorScheme}.png`,
        fullPage: !path.startsWith('/c/'),
      });
    }
    await context.close();
  }
}
await browser.close();
await world.web.stop();
