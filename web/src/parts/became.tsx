// Became says what was and what is: of a field, of a factor. Nothing at all has a
// word of its own.
export function Became({ before, after, nothing }: { before: string; after: string; nothing: string }) {
  return (
    <>
      {before ? <del>{before}</del> : <span className="muted">{nothing}</span>} → {after ? <ins>{after}</ins> : <span className="muted">{nothing}</span>}
    </>
  );
}
