package intake

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"offsite/registry"
	"offsite/registry/identity"
	"offsite/registry/place"
)

// near is within what distance the same name is the same object.
const near = 50.0 // metres

// known finds objects that are registered already, or stand in the file before.
type known struct {
	byLicence map[string]int
	byAddress map[string]int
	byPlace   map[cell][]int
	standing  map[string]int // by address alone: one with a position
	objects   []registry.Object
}

func newKnown(objects []registry.Object) *known {
	k := &known{byLicence: map[string]int{}, byAddress: map[string]int{}, byPlace: map[cell][]int{}, standing: map[string]int{}}
	for _, o := range objects {
		k.add(o)
	}
	return k
}

func (k *known) add(o registry.Object) {
	i := len(k.objects)
	k.objects = append(k.objects, o)
	if key := fold(o.LicenceNo); key != "" {
		k.byLicence[key] = i
	}
	if o.Address != "" {
		k.byAddress[place3(o)] = i
	}
	if at := where(o); at != nil {
		c := cellsAround(name2(o), *at)[middle]
		k.byPlace[c] = append(k.byPlace[c], i)
		k.standing[fold(o.Address)] = i
	}
}

// at is where something stands at an address; nil where nothing does, or at none.
func (k *known) at(address string) *place.Position {
	i, ok := k.standing[fold(address)]
	if !ok || fold(address) == "" {
		return nil
	}
	return where(k.objects[i])
}

// Alike finds the registered object that o, entered by hand, is again: as of a file, by
// its licence number, by its name and address, or by its name within 50 metres.
func (in *Intake) Alike(ctx context.Context, o registry.Object) (registry.Object, bool, error) {
	all, err := in.registry.Objects(ctx, registry.ObjectFilter{})
	if err != nil {
		return registry.Object{}, false, fmt.Errorf("look for %s among what is registered: %w", o.Name, err)
	}
	k := newKnown(all)
	i := k.find(o)
	if i < 0 {
		return registry.Object{}, false, nil
	}
	return k.objects[i], true, nil
}

// cell is a square of the ground with a name. What is near a place in it lies in it or in
// one of the eight around it: a thousand shops of one name, as of a chain, are not
// compared each with each.
type cell struct {
	name        string
	row, column int
}

const middle = 4 // of the nine, the one that the place itself lies in

// cellsAround are the nine cells about a place, from south-west to north-east. A cell is
// a little more than near high and wide.
func cellsAround(name string, at place.Position) (all [9]cell) {
	const height = near / 110_000 // degrees; one is at least so many metres along a meridian
	row := int(math.Floor(at.Latitude / height))
	for i := range all {
		r := row + i/3 - 1
		edge := math.Max(math.Abs(float64(r)), math.Abs(float64(r+1))) * height // the side towards the pole
		width := height / math.Max(0.01, math.Cos(edge*math.Pi/180))
		all[i] = cell{name, r, int(math.Floor(at.Longitude/width)) + i%3 - 1}
	}
	return all
}

// fold makes spellings equal that mean the same: width, case, spaces, brackets.
func fold(text string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("()[]【】《》“”\"'.,，。、", c) {
			return -1
		}
		return c
	}, identity.Normal(text))
}

func name2(o registry.Object) string { return o.Kind + "\x00" + fold(o.Name) }

func place3(o registry.Object) string { return name2(o) + "\x00" + fold(o.Address) }

// find returns the object that o is: by licence number, by name and address, or by
// name and place; -1 for none.
func (k *known) find(o registry.Object) int {
	licence := fold(o.LicenceNo)
	if i, ok := k.byLicence[licence]; ok && licence != "" {
		return i
	}
	differs := func(i int) bool { // two licences are two objects, whatever the rest
		other := fold(k.objects[i].LicenceNo)
		return licence != "" && other != "" && licence != other
	}
	if i, ok := k.byAddress[place3(o)]; ok && o.Address != "" && !differs(i) {
		return i
	}
	at, found := where(o), -1
	if at == nil {
		return found
	}
	for _, c := range cellsAround(name2(o), *at) {
		for _, i := range k.byPlace[c] {
			if (found < 0 || i < found) && !differs(i) && at.Metres(*where(k.objects[i])) <= near {
				found = i
			}
		}
	}
	return found
}

func where(o registry.Object) *place.Position {
	if o.Longitude == nil || o.Latitude == nil {
		return nil
	}
	return &place.Position{Longitude: *o.Longitude, Latitude: *o.Latitude}
}

// merge applies what a file says to what is registered, under a rule.
func merge(was, says registry.Object, rule string) registry.Object {
	is := was
	pick := func(old, new string) string {
		if rule == Overwrite {
			return cmp.Or(new, old)
		}
		return cmp.Or(old, new)
	}
	is.Name, is.Address, is.Business = pick(was.Name, says.Name), pick(was.Address, says.Address), pick(was.Business, says.Business)
	is.LicenceNo, is.Township = pick(was.LicenceNo, says.LicenceNo), pick(was.Township, says.Township)
	if says.Longitude != nil && (was.Longitude == nil || rule == Overwrite) {
		is.Longitude, is.Latitude = says.Longitude, says.Latitude
	}
	return is
}

func same(a, b registry.Object) bool {
	p, q := where(a), where(b)
	return a.Name == b.Name && a.Address == b.Address && a.Business == b.Business && a.LicenceNo == b.LicenceNo &&
		a.Township == b.Township && a.Kind == b.Kind && a.PartyID == b.PartyID && (p == nil) == (q == nil) && (p == nil || *p == *q)
}

// mask hides the identity of a person's draft.
func mask(p *registry.Party) string {
	if p.Kind == "person" && p.Identity != "" {
		return identity.Masked(p.Identity)
	}
	return p.Identity
}

// partyKey is what makes a party itself: its identity, or else name and telephone.
func partyKey(p *registry.Party) string {
	if p.Identity != "" {
		return "identity\x00" + p.Identity
	}
	return strings.Join([]string{"name", p.Kind, fold(p.Name), fold(p.Phone)}, "\x00")
}

// mergeParty fills in what is empty; what is registered of a party is changed by
// people alone, for notices are served by it.
func mergeParty(was registry.Party, says *registry.Party) registry.Party {
	is := was
	is.Phone, is.Address, is.Email = cmp.Or(was.Phone, says.Phone), cmp.Or(was.Address, says.Address), cmp.Or(was.Email, says.Email)
	return is
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
