package identity_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/identity"
	"guanxi/internal/identity/identitytest"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func at(t time.Time) context.Context {
	return crm.WithEvent(context.Background(), crm.Event{At: t})
}

func account(id string) customer.Platform {
	return customer.Platform{Connection: "shopify-cn", ID: id}
}

func resolver(m *identitytest.Memory) identity.Resolver {
	return identity.Resolver{Locks: m, Profiles: m}
}

func resolve(t testing.TB, m *identitytest.Memory, mention customer.Mention) crm.CustomerID {
	t.Helper()
	id, err := resolver(m).Resolve(at(noon), mention)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnUnknownPersonIsCreatedOnceWithAllTheirKeys(t *testing.T) {
	var m identitytest.Memory
	mention := customer.Mention{Account: account("17"), Email: " Mei@Example.com", Phone: "138 1234 5678", Name: "Mei  Li", Source: crm.ChannelOnline, Store: "sh-001"}
	id := resolve(t, &m, mention)
	writes := m.Writes
	if again := resolve(t, &m, mention); again != id || m.Writes != writes {
		t.Errorf("the same mention gave %s after %s, and wrote %d times more", again, id, m.Writes-writes)
	}
	p, err := m.Profile(at(noon), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if p.Name != "Mei Li" || p.Email != "mei@example.com" || p.Phone != "+8613812345678" || p.HomeStore != "sh-001" || p.Source != crm.ChannelOnline {
		t.Errorf("got %+v", p)
	}
	for _, k := range p.Keys() {
		if m.Holder(k) != id {
			t.Errorf("nobody holds %v", k)
		}
	}
}

func TestAKnownPersonIsFoundByAnyKeyAndGainsTheFreeOnes(t *testing.T) {
	var m identitytest.Memory
	guest := resolve(t, &m, customer.Mention{Email: "mei@example.com"})
	if buyer := resolve(t, &m, customer.Mention{Account: account("17"), Email: "MEI@example.com", Phone: "13812345678"}); buyer != guest {
		t.Fatal("the account of a guest became somebody else")
	}
	if byPhone := resolve(t, &m, customer.Mention{Phone: "+86 138-1234-5678"}); byPhone != guest {
		t.Error("not found by the phone that they gained")
	}
	p, _ := m.Profile(at(noon), guest)
	if p.Phone != "+8613812345678" || len(p.Platforms) != 1 {
		t.Errorf("the profile does not know the keys it holds: %+v", p.Private)
	}
}

func TestAKeyOfSomebodyElseIsClaimedNotTaken(t *testing.T) {
	var m identitytest.Memory
	phone := customer.Key{Kind: customer.PhoneKey, Value: "+8613812345678"}
	mother := resolve(t, &m, customer.Mention{Email: "mother@example.com", Phone: "13812345678"})
	mention := customer.Mention{Account: account("18"), Email: "daughter@example.com"}
	daughter := resolve(t, &m, mention)
	mention.Phone = "13812345678"
	if resolve(t, &m, mention) != daughter {
		t.Error("the account is surer than the phone")
	}
	if m.Holder(phone) != mother {
		t.Error("the phone was taken")
	}
	if claims := m.Claims(phone); len(claims) != 1 || claims[0] != daughter {
		t.Errorf("claims: %v", claims)
	}
	writes := m.Writes
	resolve(t, &m, mention)
	if m.Writes != writes {
		t.Error("the same claim was written again")
	}
}

func TestNobody(t *testing.T) {
	for _, m := range []customer.Mention{{}, {Name: "Mei Li"}, {Email: "not an address", Phone: "12"}, {Account: customer.Platform{Connection: "shopify-cn"}}} {
		if _, err := resolver(new(identitytest.Memory)).Resolve(at(noon), m); crm.KindOf(err) != crm.Invalid {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// TestManyAtOnce: however many name the same unknown person at the same time,
// and however old their look-ups are, one customer comes of it.
func TestManyAtOnce(t *testing.T) {
	const many = 64
	m := identitytest.Memory{Old: true}
	ids := make([]crm.CustomerID, many)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			<-start
			ids[i], _ = resolver(&m).Resolve(at(noon), customer.Mention{Account: account("17"), Email: "mei@example.com", Phone: "13812345678"})
		})
	}
	close(start)
	all.Wait()
	if len(m.All()) != 1 {
		t.Fatalf("%d customers", len(m.All()))
	}
	for _, id := range ids {
		if id != m.All()[0].ID {
			t.Fatalf("somebody got %q", id)
		}
	}
}

// TestStatementsComeInAnyOrder: whatever a shop states about its customer, in
// whatever order and however often it is delivered, the profile ends the same.
func TestStatementsComeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		statements := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) customer.Mention {
			made := noon.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "second")) * time.Second)
			m := customer.Mention{
				Account: account("17"),
				Name:    rapid.SampledFrom([]string{"", "Mei", "Mei Li"}).Draw(t, "name"),
				Email:   rapid.SampledFrom([]string{"", "a@example.com", "b@example.com"}).Draw(t, "email"),
				Phone:   rapid.SampledFrom([]string{"", "13812345678", "13987654321"}).Draw(t, "phone"),
			}
			m.Version = crm.NewVersion(made, 1, []byte(m.Name+m.Email+m.Phone))
			return m
		}), 1, 6).Draw(t, "statements")
		deliveries := rapid.Permutation(append(statements, statements...)).Draw(t, "deliveries")

		inOrder, shuffled := profileAfter(t, statements), profileAfter(t, deliveries)
		if inOrder.Name != shuffled.Name || inOrder.Email != shuffled.Email || inOrder.Phone != shuffled.Phone || len(inOrder.Keys()) != len(shuffled.Keys()) {
			t.Fatalf("in order   %+v\nshuffled %+v", inOrder, shuffled)
		}
	})
}

func profileAfter(t *rapid.T, mentions []customer.Mention) customer.Profile {
	var m identitytest.Memory
	for _, mention := range mentions {
		if _, err := resolver(&m).Resolve(at(noon), mention); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.All()) != 1 {
		t.Fatalf("%d customers", len(m.All()))
	}
	return m.All()[0]
}
