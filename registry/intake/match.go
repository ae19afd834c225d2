package intake

import (
	"cmp"
	"fmt"
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
	byName    map[string][]int
	objects   []registry.Object
}

func newKnown(objects []registry.Object) *known {
	k := &known{byLicence: map[string]int{}, byAddress: map[string]int{}, byName: map[string][]int{}}
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
	name := o.Kind + "\x00" + fold(o.Name)
	k.byName[name] = append(k.byName[name], i)
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

func place3(o registry.Object) string {
	return o.Kind + "\x00" + fold(o.Name) + "\x00" + fold(o.Address)
}

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
	for _, i := range k.byName[o.Kind+"\x00"+fold(o.Name)] {
		if differs(i) {
			continue
		}
		p, q := where(o), where(k.objects[i])
		if p != nil && q != nil && p.Metres(*q) <= near {
			return i
		}
	}
	return -1
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

// suspectGCJ02 warns where the positions of a file that says WGS 84 stand where a
// GCJ-02 map would show the registered ones.
func suspectGCJ02(pairs [][2]place.Position) (Fault, bool) {
	off := 0
	for _, pair := range pairs {
		given, registered := pair[0], pair[1]
		if given.Metres(registered) > 100 && given.FromGCJ02().Metres(registered) < 60 {
			off++
		}
	}
	if off < 3 || off*2 < len(pairs) {
		return Fault{}, false
	}
	return Fault{Warning: true,
		ZH: fmt.Sprintf("%d个对象的坐标像是 GCJ-02（高德、腾讯地图），请选择坐标系 GCJ-02 后重新预览", off),
		EN: fmt.Sprintf("the positions of %d objects look like GCJ-02 (as of Chinese web maps); choose GCJ-02 and preview anew", off)}, true
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
