// What the page uses of `htm/preact/standalone`, whose module the server puts at this path.
export type Rendered = any
export type SetState<T> = (next: T) => void

export function html(strings: TemplateStringsArray, ...values: unknown[]): Rendered
export function render(tree: Rendered, parent: Element): void
export function createContext<T>(initial: T): { Provider: (props: { value: T }) => Rendered; readonly initial: T }
export function useContext<T>(context: { readonly initial: T }): T
export function useState<T>(initial: T | (() => T)): [T, SetState<T>]
export function useRef<T>(initial: T): { current: T }
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T
export function useEffect(effect: () => unknown, inputs?: readonly unknown[]): void
export function useLayoutEffect(effect: () => unknown, inputs?: readonly unknown[]): void
