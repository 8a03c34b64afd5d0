import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', control: 'src/control.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  target: 'node20',
  clean: true,
  dts: {
    entry: { index: 'src/index.ts', control: 'src/control.ts' },
    compilerOptions: { ignoreDeprecations: '6.0', types: ['node'], customConditions: [] },
  },
})
