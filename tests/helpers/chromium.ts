import { execFileSync } from 'node:child_process';

/** Debian's browser, or the one that CHROMIUM names. */
function executablePath(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  try {
    return execFileSync(
      'sh',
      ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'],
      {
        encoding: 'utf8',
      },
    ).trim();
  } catch {
    return 'chromium';
  }
}

/** Options of playwright for a browser with WebGL and WebGPU in software. */
export function chromium(): { readonly executablePath: string; readonly args: string[] } {
  return {
    executablePath: executablePath(),
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan,WebGPU',
    ],
  };
}
