package intake_test

import (
	"errors"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/webhook/intake"
)

func good() crm.Connection {
	return crm.Connection{ID: "shopify-cn", Platform: intake.Shopify, Shop: "guanxi-demo.myshopify.com", Secrets: []string{"shpss_0123456789abcdef"},
		Channel: crm.ChannelOnline, Region: "CN", Rates: []crm.DatedRate{{Currency: "USD", From: 20000, Rate: "7.2"}, {Currency: "USD", From: 20100, Rate: "7.15"}}, Active: true}
}

func TestValidateNamesThePlace(t *testing.T) {
	if err := intake.Validate(good(), "CNY"); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(c *crm.Connection){
		"id": func(c *crm.Connection) { c.ID = "Shop 1" },
		"platform": func(c *crm.Connection) {
			c.Platform, c.Secrets = "magento", []string{"whsec_dGlsbHRpbGx0aWxsdGlsbHRpbGx0aWxsdGlsbA=="}
		},
		"shop":              func(c *crm.Connection) { c.Shop = "https://guanxi-demo.myshopify.com" },
		"channel":           func(c *crm.Connection) { c.Channel = "" },
		"locations.a":       func(c *crm.Connection) { c.Locations = map[string]crm.StoreID{"1": "sh-1", "a": "sh-1"} },
		"locations.1":       func(c *crm.Connection) { c.Locations = map[string]crm.StoreID{"1": ""} },
		"region":            func(c *crm.Connection) { c.Region = "China" },
		"secrets":           func(c *crm.Connection) { c.Secrets = nil },
		"secrets[0]":        func(c *crm.Connection) { c.Platform = intake.Generic },
		"rates[0].currency": func(c *crm.Connection) { c.Rates[0].Currency = "CNY" },
		"rates[1].rate":     func(c *crm.Connection) { c.Rates[1].Rate = "0" },
		"rates[1].from":     func(c *crm.Connection) { c.Rates[1].From = c.Rates[0].From },
	} {
		c := good()
		spoil(&c)
		err, ok := errors.AsType[*crm.Error](intake.Validate(c, "CNY"))
		if !ok || err.Kind != crm.Invalid || len(err.Fields) != 1 || err.Fields[0].Path != want {
			t.Errorf("%s: got %v", want, err)
		}
	}
	api := good()
	api.ID = crm.APIConnection
	if intake.Validate(api, "CNY") == nil {
		t.Error("a connection may take the API's own name")
	}
}

// TestUnusableID: parts that join alike are told apart.
func TestUnusableID(t *testing.T) {
	ids := map[string]bool{}
	for _, of := range [][3]string{{"a", "b", "c"}, {"ab", "", "c"}, {"a", "bc", ""}, {"", "ab", "c"}, {"a", "b", "d"}} {
		ids[intake.UnusableID(crm.ConnectionID(of[0]), of[1], []byte(of[2]))] = true
	}
	if len(ids) != 5 {
		t.Errorf("%d ids for 5 contents", len(ids))
	}
	if one, again := intake.UnusableID("a", "b", []byte("c")), intake.UnusableID("a", "b", []byte("c")); one != again {
		t.Error("the same content has two ids")
	}
}
