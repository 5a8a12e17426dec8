package collector_test

// storageWays write to localStorage and sessionStorage.
var storageWays = []way{
	{
		name: "setItem, property and index",
		serve: map[string]answer{"SITE/": page(`<script>
localStorage.setItem('called', 1);
localStorage.property = 2;
localStorage['index'] = 3;
sessionStorage.setItem('called', 1);
sessionStorage.property = 2;
sessionStorage['index'] = 3;
</script>`)},
		want: []string{
			"set localStorage called @SITE, script by SITE/:2",
			"set localStorage index @SITE, script by ",
			"set localStorage property @SITE, script by ",
			"set sessionStorage called @SITE, script by SITE/:5",
			"set sessionStorage index @SITE, script by ",
			"set sessionStorage property @SITE, script by ",
		},
	},
	{
		name: "written again",
		serve: map[string]answer{"SITE/": page(`<script>
localStorage.setItem('call', 1); localStorage.setItem('call', 2); localStorage.setItem('call', 1); localStorage.setItem('call', 1);
localStorage.plain = 1; localStorage.plain = 2; localStorage.plain = 1; localStorage.plain = 1;
localStorage.setItem('mixed', 1); localStorage.mixed = 2; localStorage.setItem('mixed', 1); localStorage.mixed = 2; localStorage.mixed = 1;
</script>`)},
		want: []string{
			"set localStorage call @SITE, script by SITE/:2",
			"change localStorage call @SITE, script by SITE/:2",
			"change localStorage call @SITE, script by SITE/:2",
			"change localStorage call @SITE, script by SITE/:2",
			"set localStorage mixed @SITE, script by SITE/:4",
			"change localStorage mixed @SITE, script by SITE/:4",
			"change localStorage mixed @SITE, script by ",
			"change localStorage mixed @SITE, script by ",
			"change localStorage mixed @SITE, script by ",
			"set localStorage plain @SITE, script by ",
			"change localStorage plain @SITE, script by ",
			"change localStorage plain @SITE, script by ",
		},
	},
	{
		name: "removeItem, delete and clear",
		serve: map[string]answer{"SITE/": page(`<script>
for (const s of [localStorage, sessionStorage]) {
	s.setItem('a', 1); s.removeItem('a');
	s.setItem('b', 1); delete s.b;
	s.setItem('c', 1); s.d = 1; s.clear();
	s.removeItem('never');
	s.setItem('e', 1);
}
</script>`)},
		want: []string{
			"set localStorage a @SITE, script by SITE/:3",
			"delete localStorage a @SITE, script by SITE/:3",
			"set localStorage b @SITE, script by SITE/:4",
			"delete localStorage b @SITE, script by SITE/:5",
			"set localStorage c @SITE, script by SITE/:5",
			"delete localStorage c @SITE, script by SITE/:5",
			"set localStorage d @SITE, script by ",
			"delete localStorage d @SITE, script by SITE/:5",
			"set localStorage e @SITE, script by SITE/:7",
			"delete localStorage never @SITE, script by SITE/:6",
			"set sessionStorage a @SITE, script by SITE/:3",
			"delete sessionStorage a @SITE, script by SITE/:3",
			"set sessionStorage b @SITE, script by SITE/:4",
			"delete sessionStorage b @SITE, script by ",
			"set sessionStorage c @SITE, script by SITE/:5",
			"delete sessionStorage c @SITE, script by SITE/:5",
			"set sessionStorage d @SITE, script by ",
			"delete sessionStorage d @SITE, script by SITE/:5",
			"set sessionStorage e @SITE, script by SITE/:7",
			"delete sessionStorage never @SITE, script by SITE/:6",
		},
	},
	{
		name:  "probe",
		serve: map[string]answer{"SITE/": page(`<script>localStorage.setItem('__test__', '__test__'); localStorage.removeItem('__test__'); localStorage._p = 1; delete localStorage._p</script>`)},
		want: []string{
			"set localStorage __test__ @SITE, script by SITE/:1",
			"delete localStorage __test__ @SITE, script by SITE/:1",
			"set localStorage _p @SITE, script by ",
			"delete localStorage _p @SITE, script by ",
		},
	},
	{
		name: "cross-site frame",
		serve: map[string]answer{
			"SITE/":     page("<iframe src=https://ADS/frame></iframe><script>localStorage.setItem('own', 1)</script>"),
			"ADS/frame": page("<script>localStorage.setItem('framed', 1); sessionStorage.setItem('framed', 1); localStorage.plain = 1</script>"),
		},
		want: []string{
			"set localStorage framed @ADS in SITE, script by ADS/frame:1 < SITE/:1",
			"set localStorage own @SITE, script by SITE/:1",
			"set localStorage plain @ADS in SITE, script by ",
			"set sessionStorage framed @ADS in SITE, script by ADS/frame:1 < SITE/:1",
		},
	},
	{
		name: "own frame inside a cross-site frame",
		serve: map[string]answer{
			"SITE/":      page("<iframe src=https://ADS/frame></iframe><script>localStorage.setItem('a', 1)</script>"),
			"ADS/frame":  page("<iframe src=https://SITE/inner></iframe>"),
			"SITE/inner": page("<script>localStorage.setItem('a', 1); localStorage.b = 1</script>"),
		},
		want: []string{
			"set localStorage a @SITE, script by SITE/:1",
			"set localStorage a @SITE in SITE, script by SITE/inner:1 < ADS/frame:1 < SITE/:1",
			"set localStorage b @SITE in SITE, script by ",
		},
	},
	{
		name: "own frame",
		serve: map[string]answer{
			"SITE/":      page("<script>localStorage.setItem('a', 1)</script><iframe src=/frame></iframe><iframe src=/frame?2></iframe>"),
			"SITE/frame": page("<script>localStorage.setItem('in' + location.search.length, 1); localStorage['plain' + location.search.length] = 1</script>"),
		},
		want: []string{
			"set localStorage a @SITE, script by SITE/:1",
			"set localStorage in0 @SITE, script by SITE/frame:1 < SITE/:1",
			"set localStorage in2 @SITE, script by SITE/frame?2:1 < SITE/:1",
			"set localStorage plain0 @SITE, script by ",
			"set localStorage plain2 @SITE, script by ",
		},
	},
	{
		name: "one origin in several frames' sessions",
		serve: map[string]answer{
			"SITE/":   page("<iframe src=https://ADS/one></iframe><iframe src=https://ADS/two></iframe>"),
			"ADS/one": page("<script>setTimeout(() => { localStorage.setItem('called', 1); localStorage.plain = 1; localStorage.plain = 2; localStorage.plain = 1 }, 50)</script>"),
			"ADS/two": page("two"),
		},
		want: []string{
			"set localStorage called @ADS in SITE, script by ADS/one:1 < SITE/:1",
			"set localStorage plain @ADS in SITE, script by ",
			"change localStorage plain @ADS in SITE, script by ",
			"change localStorage plain @ADS in SITE, script by ",
		},
	},
	{
		name: "after a redirect to another site",
		serve: map[string]answer{
			"CDN/":      redirect("https://SITE/", "hop=1"),
			"SITE/":     page("<script>localStorage.setItem('own', 1); sessionStorage.own = 1</script><iframe src=https://ADS/frame></iframe>"),
			"ADS/frame": page("<script>localStorage.setItem('framed', 1)</script>"),
		},
		open: []string{"https://CDN/"},
		want: []string{
			"set cookie hop @CDN/, response by CDN/",
			"set localStorage framed @ADS in SITE, script by ADS/frame:1 < SITE/:1",
			"set localStorage own @SITE, script by SITE/:1",
			"set sessionStorage own @SITE, script by ",
		},
	},
	{
		name:  "upgraded to https by the page itself",
		serve: map[string]answer{"SITE/": page("<script>if (location.protocol == 'http:') location.protocol = 'https:'; else localStorage.setItem('own', 1)</script>")},
		open:  []string{"http://SITE/"},
		want: []string{
			"set localStorage own @SITE, script by SITE/:1",
		},
	},
	{
		name: "over the quota",
		serve: map[string]answer{"SITE/": page(`<script>
try { localStorage.setItem('big', 'x'.repeat(6 << 20)) } catch {}
localStorage.setItem('small', 1);
try { localStorage.setItem('small', 'x'.repeat(6 << 20)) } catch {}
try { localStorage.plain = 'x'.repeat(6 << 20) } catch {}
</script>`)},
		want: []string{
			"refused localStorage big @SITE, script by SITE/:2, refused: QuotaExceededError",
			"set localStorage small @SITE, script by SITE/:3",
			"refused localStorage small @SITE, script by SITE/:4, refused: QuotaExceededError",
		},
	},
	{
		name: "functions of another realm",
		serve: map[string]answer{"SITE/": page(`<script>
const f = document.createElement('iframe'); document.head.append(f);
f.contentWindow.Storage.prototype.setItem.call(localStorage, 'stolen', 1);
f.contentWindow.localStorage.setItem('inside', 1);
f.contentWindow.Storage.prototype.clear.call(localStorage);
</script>`)},
		want: []string{
			"set localStorage inside @SITE, script by SITE/:4",
			"delete localStorage inside @SITE, script by ",
			"set localStorage stolen @SITE, script by ",
			"delete localStorage stolen @SITE, script by ",
		},
	},
	{
		name:  "in fast time",
		serve: map[string]answer{"SITE/": page("<script>setTimeout(() => { localStorage.setItem('late', 1); sessionStorage.late = 1 }, 30000)</script>")},
		fast:  true,
		want: []string{
			"set localStorage late @SITE, script by SITE/:1, on timer, fast",
			"set sessionStorage late @SITE, script by , on timer, fast",
		},
	},
}
