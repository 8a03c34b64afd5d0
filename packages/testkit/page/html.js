// @ts-check
// The one place that knows where preact and htm come from: the server serves them from their package.
export {
  createContext,
  html,
  render,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from './vendor/preact.js'
