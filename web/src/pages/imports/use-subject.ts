import { useLocation } from "react-router";
import type { Subject } from "../../api/base-data";

// useSubject is what is taken in, by the address of the page.
export function useSubject(): Subject {
  return useLocation().pathname.startsWith("/cameras/") ? "cameras" : "objects";
}
