// The word of a business by which a page chooses objects; it is kept in the address.
import { useDeferredValue, useState } from "react";
import { useFilter } from "../../parts/filter";
import { Search } from "../../parts/search";

/** Gives the word that is wanted, and the field to type it in; usual stands there at first. */
export function useBusiness(usual: string, label: string) {
  const { value, set } = useFilter();
  const [business, setBusiness] = useState(value("business") || usual);
  const field = (
    <Search
      className="search" value={business} placeholder={label} aria-label={label} maxLength={40}
      onChange={(event) => { setBusiness(event.target.value); set("business", event.target.value.trim()); }}
    />
  );
  return { wanted: useDeferredValue(business.trim()), field };
}
