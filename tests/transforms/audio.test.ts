import {
  grad,
  mul,
  type Rank,
  type Scalar,
  slice,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normal, randomKey } from '../../src/random/index.js';
import {
  compose,
  type LogMelSpectrogramOptions,
  logMelSpectrogram,
  randomAudioNoise,
  randomGain,
  randomTimeShift,
  specAugment,
  type Transform,
} from '../../src/transforms/index.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend, uniforms } from '../helpers/index.js';

const exact = { atol: 0, rtol: 0 };

onEveryBackend('logMelSpectrogram', () => {
  const base = { sampleRate: 1000, fftLength: 24, hopLength: 7, melBins: 5, offset: 1e-3 };
  const cases: readonly LogMelSpectrogramOptions[] = [
    base,
    {
      ...base,
      sampleRate: 8000,
      fftLength: 30,
      windowLength: 21,
      center: false,
      melScale: 'slaney',
      melNorm: 'slaney',
      maxFrequency: 3430,
    },
    { ...base, fftLength: 17, hopLength: 20, power: 1, minFrequency: 40 }, // a prime length, and gaps between frames
  ];

  test('is the formula, summed in double precision', async () => {
    const x = uniforms<Tensor2D>(1, [2, 61], -1, 1);
    const samples = Array.from({ length: 2 }, (_, i) => i);
    const values = await x.data();
    for (const options of cases) {
      const result = hold(logMelSpectrogram(x, options));
      const expected = samples.map((i) => reference(Array.from(values.slice(61 * i, 61 * (i + 1))), options));
      expect(result.shape).toEqual([2, (expected[0] as number[][]).length, 5]);
      await expectClose(result, expected, { atol: 2e-4, rtol: 1e-4 });
    }
  });

  test('a tone at the centre of a band peaks there, ten times louder adds log 100, and the default sizes are BYOL-A’s', async () => {
    const [bands, samples, sampleRate] = [12, 400, 8000];
    const top = 1127 * Math.log(1 + sampleRate / 2 / 700);
    const tones = [2, 5, 9].map((band) => 700 * (Math.exp((top * (band + 1)) / (bands + 1) / 1127) - 1));
    const sound = tones.flatMap((hertz) =>
      Array.from({ length: samples }, (_, t) => 0.05 * Math.sin((2 * Math.PI * hertz * t) / sampleRate)),
    );
    const x = hold(tensor2d(sound, [3, samples]));
    const options = { sampleRate, fftLength: 256, hopLength: 128, melBins: bands, offset: 1e-12 };
    const values = await hold(logMelSpectrogram(x, options)).data();
    const loud = await hold(logMelSpectrogram(hold(mul(x, 10)), options)).data();
    for (const [i, band] of [2, 5, 9].entries()) {
      const frame = Array.from(values.slice((4 * i + 2) * bands, (4 * i + 3) * bands));
      expect(frame.indexOf(Math.max(...frame))).toBe(band);
      const at = (4 * i + 2) * bands + band;
      expect((loud[at] as number) - (values[at] as number)).toBeCloseTo(Math.log(100), 3);
    }
    const [short, whole] = [hold(zeros<Rank.R2>([1, 512])), hold(zeros<Rank.R2>([1, 600]))];
    expect(() => logMelSpectrogram(short, { sampleRate })).toThrow('x must have at least 513 samples');
    const silence = hold(logMelSpectrogram(whole, { sampleRate: 16000 }));
    expect(silence.shape).toEqual([1, 4, 64]);
    await expectClose(silence, new Array(256).fill(Math.log(2 ** -23)), { atol: 1e-3 });
  });

  test('has the right gradient, and a finite one at silence', async () => {
    const options = { sampleRate: 1000, fftLength: 12, hopLength: 5, melBins: 3, offset: 0.1 };
    const silence = hold(zeros<Rank.R2>([1, 20]));
    for (const power of [1, 2] as const) {
      const weights = normals<Tensor3D>(3, [2, 5, 3]);
      const loss = (x: Tensor): Scalar => sum(mul(logMelSpectrogram(x as Tensor2D, { ...options, power }), weights));
      await expectGradient(loss, normals(2, [2, 20]), { directions: 1 });
      const slope = hold(grad((x: Tensor) => sum(logMelSpectrogram(x as Tensor2D, { ...options, power })))(silence));
      expect((await slope.data()).every(Number.isFinite)).toBe(true);
    }
  });

  test('keeps one tensor, or none when it throws', async () => {
    const x = normals<Tensor2D>(1, [2, 40]);
    const before = Array.from(await x.data());
    expectKept(1, () => logMelSpectrogram(x, base));
    expect(Array.from(await x.data())).toEqual(before);
    const flat = hold(zeros([40])) as unknown as Tensor2D;
    const refused: [() => unknown, string][] = [
      [() => logMelSpectrogram(flat, base), 'logMelSpectrogram: x must have shape [batch, samples], got [40]'],
      [
        () => logMelSpectrogram(x, {} as typeof base),
        'logMelSpectrogram: sampleRate must be a number > 0, got undefined',
      ],
      [() => logMelSpectrogram(x, { ...base, hopLength: 0 }), 'hopLength must be an integer >= 1, got 0'],
      [
        () => logMelSpectrogram(x, { ...base, windowLength: 25 }),
        'windowLength must be an integer >= 1 and <= 24, got 25',
      ],
      [
        () => logMelSpectrogram(x, { ...base, maxFrequency: 501 }),
        'maxFrequency must be a number >= 0 and <= 500, got 501',
      ],
      [
        () => logMelSpectrogram(x, { ...base, minFrequency: 80, maxFrequency: 80 }),
        'logMelSpectrogram: maxFrequency must be above minFrequency = 80, got 80',
      ],
      [() => logMelSpectrogram(x, { ...base, offset: 0 }), 'offset must be a number > 0, got 0'],
      [() => logMelSpectrogram(x, { ...base, melScale: 'bark' as 'htk' }), "melScale must be one of 'htk', 'slaney'"],
      [() => logMelSpectrogram(x, { ...base, fftLength: 80 }), 'x must have at least 41 samples, got shape [2, 40]'],
      [
        () => logMelSpectrogram(x, { ...base, fftLength: 41, center: false }),
        'x must have at least 41 samples, got shape [2, 40]',
      ],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});

onEveryBackend('transforms of sound', () => {
  const waveforms: readonly Transform<unknown, Tensor2D>[] = [
    randomGain(),
    randomTimeShift({ maxShift: 5 }),
    randomAudioNoise(),
    compose<Tensor2D>(randomTimeShift({ maxShift: 0.5, sampleRate: 10, mode: 'zero' }), randomGain({ p: 1 })),
  ];

  test('keep the laws: shape, seed, replay, size of the batch, one tensor, input untouched', async () => {
    const check = async <X extends Tensor>(transform: Transform<unknown, X>, x: X): Promise<void> => {
      const before = Array.from(await x.data());
      const all = hold(transform(x, 5));
      expect(all.shape).toEqual(x.shape);
      expect(transform.outputShape(x.shape)).toEqual(x.shape);
      const params = JSON.parse(JSON.stringify(transform.sample(x.shape, 5)));
      await expectClose(hold(transform.apply(x, params)), all, exact);
      await expectClose(hold(transform(x, randomKey(5))), all, exact);
      const one = hold(transform(hold(slice(x, 0, 1)) as X, 5));
      await expectClose(one, hold(slice(all, 0, 1)), { atol: 2e-6, rtol: 0 });
      expect(new Set([0, 1, 2, 3].map((s) => JSON.stringify(transform.sample(x.shape, s)))).size).toBe(4);
      expectKept(1, () => transform(x, 6));
      expectKept(0, () => void transform.sample(x.shape, 6));
      expect(Array.from(await x.data())).toEqual(before);
    };
    const x = uniforms<Tensor2D>(1, [4, 9], -1, 1);
    for (const transform of waveforms) await check(transform, x);
    await check(specAugment({ timeMasks: 2, value: 'mean' }), uniforms<Tensor3D>(2, [4, 6, 5]));
  });

  test('gain is in decibels, shifts are later for positive numbers', async () => {
    const x = hold(
      tensor2d([
        [1, -2, 3, 4],
        [0.5, 6, 7, 8],
        [9, 10, 11, 12],
      ]),
    );
    const gained = hold(randomGain().apply(x, { gain: [20, 0, -6] }));
    const soft = 10 ** -0.3;
    await expectClose(gained, [10, -20, 30, 40, 0.5, 6, 7, 8, ...[9, 10, 11, 12].map((v) => v * soft)]);
    const shift = { shift: [1, 0, -3] };
    const rolled = hold(randomTimeShift({ maxShift: 4 }).apply(x, shift));
    await expectClose(rolled, [4, 1, -2, 3, 0.5, 6, 7, 8, 12, 9, 10, 11], exact);
    const zeroed = hold(randomTimeShift({ maxShift: 4, mode: 'zero' }).apply(x, shift));
    await expectClose(zeroed, [0, 1, -2, 3, 0.5, 6, 7, 8, 12, 0, 0, 0], exact);
    const gone = hold(randomTimeShift({ maxShift: 4, mode: 'zero' }).apply(x, { shift: [4, -4, 4] }));
    await expectClose(gone, new Array(12).fill(0), exact);
  });

  test('noise has its ratio to the sound, depends on its key, and leaves silence silent', async () => {
    const sound = Array.from({ length: 1500 }, (_, i) => (i < 1000 ? Math.sin(i) : 0));
    const x = hold(tensor2d(sound, [3, 500]));
    const key = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const noise = randomAudioNoise();
    const result = await hold(noise.apply(x, { noisy: [1, 0, 1], snr: [12, 12, 0], key })).data();
    const power = (from: number, of: (i: number) => number): number =>
      Array.from({ length: 500 }, (_, i) => of(from + i) ** 2).reduce((a, b) => a + b) / 500;
    const added = (i: number): number => (result[i] as number) - (sound[i] as number);
    expect(10 * Math.log10(power(0, (i) => sound[i] as number) / power(0, added))).toBeCloseTo(12, 2);
    const drawn = normal({ high: 1, low: 2 }, 500);
    const correlation = Array.from(drawn).reduce((total, n, i) => total + n * added(i), 0);
    expect(correlation / Math.sqrt(500 * power(0, (i) => drawn[i] as number) * 500 * power(0, added))).toBeCloseTo(
      1,
      4,
    );
    expect(power(500, added)).toBeLessThan(1e-13);
    expect(Math.max(...Array.from(result.slice(1000)).map(Math.abs))).toBeLessThan(1e-8);
  });

  test('SpecAugment masks stripes, with zeros, a number or the mean', async () => {
    const x = uniforms<Tensor3D>(3, [2, 4, 3], 1, 2);
    const params = {
      time: [[[1, 2]], []],
      frequency: [
        [
          [0, 1],
          [2, 0],
        ],
        [[1, 2]],
      ],
    };
    const hidden = [1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, ...[0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]];
    const values = Array.from(await x.data());
    const mean = [values.slice(0, 12), values.slice(12)].map((v) => v.reduce((a, b) => a + b) / 12);
    for (const [value, fill] of [
      [0, [0, 0]],
      [-3, [-3, -3]],
      ['mean', mean],
    ] as const) {
      const expected = values.map((v, i) => (hidden[i] ? (fill[i < 12 ? 0 : 1] as number) : v));
      await expectClose(hold(specAugment({ value }).apply(x, params)), expected, { atol: 1e-6, rtol: 0 });
    }
  });

  test('bad input is refused before a tensor is made', () => {
    const x = uniforms<Tensor2D>(1, [2, 4]);
    const bands = uniforms<Tensor3D>(1, [2, 4, 3]);
    const key = [
      [1, 2],
      [3, 4],
    ];
    const refused: [() => unknown, string][] = [
      [
        () => randomGain()(bands as unknown as Tensor2D, 1),
        'randomGain: x must have shape [batch, samples], got [2, 4, 3]',
      ],
      [() => randomGain({ range: [3, 2] }), 'randomGain: range[1] must be a number >= 3, got 2'],
      [() => randomGain({ p: 2 }), 'randomGain: p must be a number >= 0 and <= 1, got 2'],
      [() => randomGain().apply(x, { gain: [1] }), 'randomGain: params.gain must have one entry per image (2), got 1'],
      [() => randomTimeShift({ maxShift: -1 }), 'randomTimeShift: maxShift must be a number >= 0, got -1'],
      [
        () => randomTimeShift({ maxShift: 1, mode: 'x' as 'roll' }),
        "randomTimeShift: mode must be one of 'roll', 'zero'",
      ],
      [() => randomTimeShift({ maxShift: 5 })(x, 1), 'randomTimeShift: x must have at least 5 samples, got 4'],
      [
        () => randomTimeShift({ maxShift: 2 }).apply(x, { shift: [0, 0.5] }),
        'randomTimeShift: params.shift[1] must be an integer, got 0.5',
      ],
      [() => randomAudioNoise({ snr: [0, Number.NaN] }), 'randomAudioNoise: snr[1] must be a number >= 0, got NaN'],
      [
        () => randomAudioNoise().apply(x, { noisy: [1, 2], snr: [0, 0], key }),
        'randomAudioNoise: params.noisy must hold integers from 0 to 1, got 2',
      ],
      [
        () => randomAudioNoise().apply(x, { noisy: [1, 1], snr: [0, 0], key: [[1, 2]] }),
        'randomAudioNoise: params.key must have one entry per row (2), got 1',
      ],
      [() => specAugment({ timeMasks: -1 }), 'specAugment: timeMasks must be an integer >= 0, got -1'],
      [() => specAugment({ timeShare: 2 }), 'specAugment: timeShare must be a number >= 0 and <= 1, got 2'],
      [() => specAugment({ value: Number.NaN }), 'specAugment: value must be a number'],
      [
        () => specAugment().apply(bands, { time: [[]], frequency: [[], []] }),
        'specAugment: params.time must have one entry per spectrogram (2), got 1',
      ],
      [
        () => specAugment().apply(bands, { time: [[[3, 2]], []], frequency: [[], []] }),
        'specAugment: params.time must hold [start, width] within 4, got [3,2]',
      ],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});

/** Frames x bands of one waveform, by a plain Fourier sum and filters whose corners are found by bisection. */
function reference(x: readonly number[], options: LogMelSpectrogramOptions): number[][] {
  const { sampleRate, fftLength = 0, hopLength = 0, melBins = 0, offset = 0, power = 2, center = true } = options;
  const { windowLength = fftLength, minFrequency = 0, maxFrequency = sampleRate / 2 } = options;
  const half = center ? Math.floor(fftLength / 2) : 0;
  const at = (t: number): number => x[t < 0 ? -t : t >= x.length ? 2 * (x.length - 1) - t : t] as number;
  const mel = (hertz: number): number =>
    options.melScale === 'slaney'
      ? hertz < 1000
        ? hertz / (200 / 3)
        : 15 + (27 * Math.log(hertz / 1000)) / Math.log(6.4)
      : 1127 * Math.log(1 + hertz / 700); // the natural form of 2595 log10
  const hertzOf = (wanted: number): number => {
    let [low, high] = [0, sampleRate];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (mel(middle) < wanted) low = middle;
      else high = middle;
    }
    return low;
  };
  const step = (mel(maxFrequency) - mel(minFrequency)) / (melBins + 1);
  const corners = Array.from({ length: melBins + 2 }, (_, i) => hertzOf(mel(minFrequency) + i * step));
  const result: number[][] = [];
  for (let start = -half; start + fftLength <= x.length + half; start += hopLength) {
    const bands = new Array<number>(melBins).fill(0);
    for (let k = 0; k <= fftLength / 2; k++) {
      let [re, im] = [0, 0];
      for (let i = 0; i < windowLength; i++) {
        const n = i + Math.floor((fftLength - windowLength) / 2);
        const value = at(start + n) * Math.sin((Math.PI * i) / windowLength) ** 2;
        re += value * Math.cos((2 * Math.PI * k * n) / fftLength);
        im -= value * Math.sin((2 * Math.PI * k * n) / fftLength);
      }
      const hertz = (k * sampleRate) / fftLength;
      for (let m = 0; m < melBins; m++) {
        const [left, peak, right] = corners.slice(m, m + 3) as [number, number, number];
        if (hertz <= left || hertz >= right) continue;
        const height = hertz <= peak ? (hertz - left) / (peak - left) : 1 - (hertz - peak) / (right - peak);
        const area = options.melNorm === 'slaney' ? 2 / (right - left) : 1;
        bands[m] = (bands[m] as number) + area * height * Math.hypot(re, im) ** power;
      }
    }
    result.push(bands.map((sum) => Math.log(sum + offset)));
  }
  return result;
}
