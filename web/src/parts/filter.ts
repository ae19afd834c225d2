import { useSearchParams } from "react-router";

// useFilter keeps what is looked for in the address, so that it can be linked to.
export function useFilter() {
  const [search, setSearch] = useSearchParams();
  const value = (key: string) => search.get(key) ?? "";
  const set = (key: string, to: string) => {
    setSearch((now) => {
      const next = new URLSearchParams(now);
      if (to) next.set(key, to);
      else next.delete(key);
      return next;
    }, { replace: true });
  };
  return { value, set, query: search.toString() };
}
