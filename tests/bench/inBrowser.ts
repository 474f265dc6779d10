import { basename, dirname } from 'node:path';
import { build } from 'esbuild';
import { chromium as playwright } from 'playwright';
import { chromium } from '../helpers/chromium.js';
import type { BenchOptions } from './options.js';

/** A secure context, as WebGPU wants it; nothing listens there. */
const PAGE = 'http://localhost/';

/** Runs a benchmark in headless Chromium and prints what it prints. */
export async function benchInBrowser(file: string, options: BenchOptions): Promise<void> {
  const bundle = await build({
    stdin: { contents: `export { bench } from './${basename(file)}';`, resolveDir: dirname(file), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'benchmark',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  });
  const browser = await playwright.launch(chromium());
  try {
    const page = await browser.newPage();
    page.on('console', (message) => console.log(message.text()));
    await page.route(PAGE, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(PAGE);
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
    await page.evaluate(`benchmark.bench(${JSON.stringify(options)})`);
  } finally {
    await browser.close();
  }
}
