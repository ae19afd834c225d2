import { NavLink } from "react-router";

export interface Section {
  to: string;
  name: string;
}

// Sections is the way between the pages of one entry of the rail. The first is the
// entry's own and is marked on its own address alone.
export function Sections({ label, sections }: { label: string; sections: Section[] }) {
  return (
    <nav className="sections" aria-label={label}>
      {sections.map(({ to, name }, i) => <NavLink key={to} to={to} end={i === 0}>{name}</NavLink>)}
    </nav>
  );
}
