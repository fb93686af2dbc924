package segment_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/insight"
	"guanxi/internal/segment"
)

func TestASetIsChangedByVersions(t *testing.T) {
	var set segment.Set
	for _, id := range []crm.SegmentID{"silk", "gold", "young"} {
		set, _ = set.With(segment.Segment{ID: id, Name: string(id)})
	}
	changed, err := set.With(segment.Segment{ID: "gold", Name: "Gold again"})
	if err != nil {
		t.Fatal(err)
	}
	rest := changed.Without("silk").Without("never-was")
	gold, there := rest.Find("gold")
	if _, silk := rest.Find("silk"); !there || silk || gold.Name != "Gold again" || gold.Version != 4 || rest.Version != 6 || len(rest.Segments) != 2 {
		t.Errorf("%+v", rest)
	}
	if old, _ := set.Find("gold"); old.Name != "gold" || len(set.Segments) != 3 {
		t.Errorf("the version before is another: %+v", set)
	}
	for i := range segment.Most + 1 {
		if set, err = set.With(segment.Segment{ID: crm.SegmentID(fmt.Sprint("s", i))}); err != nil {
			break
		}
	}
	if crm.KindOf(err) != crm.Conflict || len(set.Segments) != segment.Most {
		t.Errorf("%d segments, %v", len(set.Segments), err)
	}
}

func TestBirthdays(t *testing.T) {
	fields := map[string]segment.Field{}
	for _, f := range segment.Fields() {
		fields[f.Name] = f
	}
	for _, c := range []struct {
		birthday, on     string
		age, days, month int
	}{
		{"1988-05-17", "2026-05-16", 37, 1, 5},
		{"1988-05-17", "2026-05-17", 38, 0, 5},
		{"1988-05-17", "2026-05-18", 38, 364, 5},
		{"--05-17", "2026-12-31", -1, 137, 5},
		{"2000-02-29", "2026-02-28", 25, 1, 2}, // on 1 March in other years than leap years
		{"2000-02-29", "2028-02-28", 27, 1, 2},
		{"2000-02-29", "2028-02-29", 28, 0, 2},
		{"", "2026-05-17", -1, segment.Never, 0},
	} {
		on, err := crm.ParseDate(c.on)
		if err != nil {
			t.Fatal(err)
		}
		s := segment.Subject{Profile: customer.Profile{Private: customer.Private{Birthday: c.birthday}}}
		if age, days, month := fields["age"].Of(s, on), fields["days_to_birthday"].Of(s, on), fields["birth_month"].Of(s, on); age != c.age || days != c.days || month != c.month {
			t.Errorf("%s on %s: age %v, %v days, month %v", c.birthday, c.on, age, days, month)
		}
	}
}

// Each field has values of its type, and only those that say so change with time
// alone: membership is looked ahead at for those only.
func TestFieldsAreWhatTheySay(t *testing.T) {
	types := map[segment.Type]reflect.Type{segment.Number: reflect.TypeFor[int](), segment.Word: reflect.TypeFor[string](),
		segment.Truth: reflect.TypeFor[bool](), segment.Words: reflect.TypeFor[[]string](), segment.Customs: reflect.TypeFor[map[string]any]()}
	names := map[string]bool{}
	for _, f := range segment.Fields() {
		if names[f.Name] || len(f.Values) > 0 && f.Type != segment.Word {
			t.Errorf("%s is there twice, or lists values of a %s", f.Name, f.Type)
		}
		names[f.Name] = true
	}
	moved := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		date := func(label string) crm.Date { return crm.Date(rapid.IntRange(20000, 20400).Draw(t, label)) }
		var s segment.Subject
		s.Profile.Birthday = rapid.SampledFrom([]string{"", "1988-05-17", "--11-01"}).Draw(t, "birthday")
		s.Record.Measures.LastPurchase, s.Record.Measures.LastContact = date("purchase"), date("contact")
		s.Record.Measures.Purchases, s.Record.Classes.Need, s.Record.Classes.Status = 3, "existing", "active"
		s.Habits = insight.Insight{First: 20000, Asked: date("asked"),
			Recent: []insight.Purchase{{Date: rapid.SampledFrom([]crm.Date{20050, 20228, 20325, 20390}).Draw(t, "bought"), Net: 5}}} // some leave a window soon
		on := crm.Date(20400 + rapid.IntRange(0, 30).Draw(t, "on"))
		for _, f := range segment.Fields() {
			now, later := f.Of(s, on), f.Of(s, on+crm.Date(rapid.IntRange(1, 30).Draw(t, "days")))
			if reflect.TypeOf(now) != types[f.Type] {
				t.Fatalf("%s is a %s, and has %T", f.Name, f.Type, now)
			}
			if len(f.Values) > 0 && now != "" && !slices.Contains(f.Values, now.(string)) {
				t.Fatalf("%s is %v, which is none of its values", f.Name, now)
			}
			if !reflect.DeepEqual(now, later) {
				if moved[f.Name] = true; !f.Moves {
					t.Fatalf("%s was %v and is %v, though nothing happened", f.Name, now, later)
				}
			}
		}
	})
	for _, f := range segment.Fields() {
		if f.Moves && !moved[f.Name] && f.Name != "age" { // a year is long
			t.Errorf("%s never changed", f.Name)
		}
	}
}
