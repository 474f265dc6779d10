import { describe, expect, test } from 'vitest';
import { renderScenes } from '../../examples/pretrain/data/scenes/index.js';

describe('renderScenes', () => {
  const scenes = renderScenes(3, { train: 160, test: 40 });

  test('gives images and labels of the sizes asked for', () => {
    expect(scenes.train.images.shape).toEqual([160, 32, 32, 3]);
    expect(scenes.train.images.data).toHaveLength(160 * 32 * 32 * 3);
    expect(scenes.test?.images.shape).toEqual([40, 32, 32, 3]);
    expect(scenes.classNames).toHaveLength(8);
    expect(renderScenes(3, { train: 1, test: 1, size: 20 }).train.images.shape).toEqual([1, 20, 20, 3]);
  });

  test('holds each class equally often, in no order', () => {
    for (const { labels } of [scenes.train, scenes.test ?? scenes.train]) {
      const counts = new Map<number, number>();
      for (const label of labels ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
      expect([...counts.values()]).toEqual(Array(8).fill((labels?.length ?? 0) / 8));
    }
    const steps = Array.from(scenes.train.labels ?? []).map((label, i, all) => (label - (all[i - 1] ?? 0) + 8) % 8);
    expect(new Set(steps).size).toBeGreaterThan(4);
  });

  test('is the same for the same seed, another for another, and the test part is no copy', () => {
    const bytes = ({ train, test }: typeof scenes): Buffer[] =>
      [train, test ?? train].map(({ images }) => Buffer.from(images.data));
    const [again, other] = [3, 4].map((seed) => renderScenes(seed, { train: 160, test: 40 }));
    expect(bytes(again ?? scenes).every((part, i) => part.equals(bytes(scenes)[i] as Buffer))).toBe(true);
    expect(again?.train.labels).toEqual(scenes.train.labels);
    expect(bytes(other ?? scenes)[0]?.equals(bytes(scenes)[0] as Buffer)).toBe(false);
    const [train, test] = bytes(scenes) as [Buffer, Buffer];
    expect(test.subarray(0, 3072).equals(train.subarray(0, 3072))).toBe(false);
  });

  test('shows something: light and dark, no image flat', () => {
    const { data } = scenes.train.images;
    for (let i = 0; i < 160; i++) {
      const image = Array.from(data.subarray(i * 3072, (i + 1) * 3072));
      const mean = image.reduce((sum, v) => sum + v, 0) / 3072;
      const deviation = Math.sqrt(image.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 3072);
      expect(deviation, `image ${i}`).toBeGreaterThan(8);
    }
  });
});
