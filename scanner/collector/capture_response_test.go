package collector_test

// responseWays set cookies by Set-Cookie.
var responseWays = []way{
	{
		name: "document",
		serve: map[string]answer{
			"SITE/dir/page": {set: []string{"a=1", "b=2; Path=/; Domain=SITE; Max-Age=60; HttpOnly; Secure; SameSite=Lax; Priority=High"}},
		},
		open: []string{"https://SITE/dir/page"},
		want: []string{
			"set cookie a @SITE/dir, response by SITE/dir/page",
			"set cookie b @.SITE/ for 60s HttpOnly Secure Lax High, response by SITE/dir/page",
		},
	},
	{
		name: "redirects of a navigation over three sites",
		serve: map[string]answer{
			"SITE/":     redirect("https://ADS/hop", "one=1"),
			"ADS/hop":   redirect("https://CDN/hop", "two=1; Max-Age=100"),
			"CDN/hop":   redirect("https://SITE/land", "three=1"),
			"SITE/land": {set: []string{"four=1"}},
		},
		want: []string{
			"set cookie four @SITE/, response by SITE/land < CDN/hop < ADS/hop < SITE/",
			"set cookie one @SITE/, response by SITE/",
			"set cookie three @CDN/, response by CDN/hop < ADS/hop < SITE/",
			"set cookie two @ADS/ for 100s, response by ADS/hop < SITE/",
		},
		requests: []string{
			"GET ADS/hop Document same-site 302, sets cookie two @ADS/",
			"GET CDN/hop Document same-site 302, sets cookie three @CDN/",
			"GET SITE/ Document same-site 302, sets cookie one @SITE/",
			"GET SITE/land Document same-site 200, sets cookie four @SITE/, carries cookie one @SITE/",
		},
	},
	{
		name: "redirects of an image over three sites",
		serve: map[string]answer{
			"SITE/":       page("\n<img src=https://ADS/px>"),
			"ADS/px":      redirect("https://TAG/sync", "one=1; SameSite=None; Secure"),
			"TAG/sync":    redirect("https://CDN/end.png", "two=1; SameSite=None; Secure"),
			"CDN/end.png": {set: []string{"three=1; SameSite=None; Secure"}},
		},
		want: []string{
			"set cookie one @ADS/ Secure None, response by ADS/px < SITE/:2",
			"set cookie three @CDN/ Secure None, response by CDN/end.png < TAG/sync < ADS/px < SITE/:2",
			"set cookie two @TAG/ Secure None, response by TAG/sync < ADS/px < SITE/:2",
		},
		requests: []string{
			"GET ADS/px Image cross-site 302, sets cookie one @ADS/",
			"GET CDN/end.png Image cross-site 200, sets cookie three @CDN/",
			"GET TAG/sync Image cross-site 302, sets cookie two @TAG/",
			"GET SITE/ Document same-site 200",
		},
	},
	{
		name: "subresources",
		serve: map[string]answer{
			"SITE/": page(`<link rel=stylesheet href=/style.css>
<script src=/code.js></script>
<style>@font-face{font-family:f;src:url(/font.woff2)} body{font-family:f}</style>text
<img src=/image.png>`),
			"SITE/style.css":  {set: []string{"style=1"}},
			"SITE/code.js":    {set: []string{"code=1"}},
			"SITE/font.woff2": {set: []string{"font=1"}},
			"SITE/image.png":  {set: []string{"image=1"}},
		},
		want: []string{
			"set cookie code @SITE/, response by SITE/code.js < SITE/:2",
			"set cookie font @SITE/, response by SITE/font.woff2 < SITE/:4",
			"set cookie image @SITE/, response by SITE/image.png < SITE/:4",
			"set cookie style @SITE/, response by SITE/style.css < SITE/:1",
		},
	},
	{
		name: "requests of scripts",
		serve: map[string]answer{
			"SITE/": page("<script src=https://CDN/lib.js></script>"),
			"CDN/lib.js": {body: `
fetch('https://ADS/fetch', {credentials: 'include'}).then(() => {
	const x = new XMLHttpRequest(); x.open('GET', 'https://ADS/xhr'); x.withCredentials = true;
	x.onload = () => {
		const e = new EventSource('https://ADS/events.stream', {withCredentials: true});
		e.onmessage = () => {
			e.close();
			navigator.sendBeacon('https://ADS/beacon', 'x');
		};
	};
	x.send();
});`},
			"ADS/fetch":         {set: []string{"fetch=1; SameSite=None; Secure"}},
			"ADS/xhr":           {set: []string{"xhr=1; SameSite=None; Secure"}},
			"ADS/beacon":        {set: []string{"beacon=1; SameSite=None; Secure"}},
			"ADS/events.stream": {set: []string{"events=1; SameSite=None; Secure"}, body: "data: x\n\n"},
		},
		want: []string{
			"set cookie beacon @ADS/ Secure None, response by ADS/beacon < CDN/lib.js:8 < SITE/:1",
			"set cookie events @ADS/ Secure None, response by ADS/events.stream < SITE/",
			"set cookie fetch @ADS/ Secure None, response by ADS/fetch < CDN/lib.js:2 < SITE/:1",
			"set cookie xhr @ADS/ Secure None, response by ADS/xhr < CDN/lib.js:11 < SITE/:1",
		},
		requests: []string{
			"GET ADS/events.stream EventSource cross-site 200, sets cookie events @ADS/, carries cookie fetch @ADS/, carries cookie xhr @ADS/",
			"GET ADS/fetch Fetch cross-site 200, sets cookie fetch @ADS/",
			"GET ADS/xhr XHR cross-site 200, sets cookie xhr @ADS/, carries cookie fetch @ADS/",
			"GET CDN/lib.js Script cross-site 200",
			"GET SITE/ Document same-site 200",
			"POST ADS/beacon Ping cross-site 200, sets cookie beacon @ADS/, carries cookie events @ADS/, carries cookie fetch @ADS/, carries cookie xhr @ADS/",
		},
	},
	{
		name: "cross-site frame and its subresource",
		serve: map[string]answer{
			"SITE/":         page("\n\n<iframe src=https://ADS/frame></iframe>"),
			"ADS/frame":     {set: []string{"frame=1; SameSite=None; Secure"}, body: "<img src=/inner.png>"},
			"ADS/inner.png": {set: []string{"inner=1; SameSite=None; Secure"}},
		},
		want: []string{
			"set cookie frame @ADS/ Secure None, response by ADS/frame < SITE/:3",
			"set cookie inner @ADS/ Secure None, response by ADS/inner.png < ADS/frame:1 < SITE/:3",
		},
	},
	{
		name: "refused by the browser",
		serve: map[string]answer{
			"SITE/":      {set: []string{"foreign=1; Domain=other.test", "__Host-a=1; Secure; Path=/dir", "__Secure-b=1", "part=1; Partitioned"}, body: "<img src=https://ADS/px.png>"},
			"ADS/px.png": {set: []string{"lax=1; SameSite=Lax", "unsaid=1"}},
		},
		want: []string{
			"refused cookie __Host-a @SITE/dir Secure, response by SITE/, refused: InvalidPrefix",
			"refused cookie __Secure-b @SITE/, response by SITE/, refused: InvalidPrefix",
			"refused cookie foreign @.other.test/, response by SITE/, refused: InvalidDomain",
			"refused cookie lax @ADS/ Lax, response by ADS/px.png < SITE/:1, refused: SchemefulSameSiteLax",
			"refused cookie part @SITE/ in SITE Partitioned, response by SITE/, refused: not in the jar afterwards",
			"refused cookie unsaid @ADS/, response by ADS/px.png < SITE/:1, refused: SchemefulSameSiteUnspecifiedTreatedAsLax",
		},
	},
	{
		name:  "refused over http",
		serve: map[string]answer{"SITE/": {set: []string{"safe=1; Secure", "plain=1"}}},
		open:  []string{"http://SITE/"},
		want: []string{
			"set cookie plain @SITE/, response by http://SITE/",
			"refused cookie safe @SITE/ Secure, response by http://SITE/, refused: SecureOnly",
		},
	},
	{
		name: "Expires by a clock that is wrong",
		serve: map[string]answer{"SITE/": {
			headers: map[string]string{"Date": "Mon, 01 Jan 2024 00:00:00 GMT"},
			set:     []string{"day=1; Expires=Tue, 02 Jan 2024 00:00:00 GMT"},
		}},
		want: []string{
			"set cookie day @SITE/ for 86400s, response by SITE/",
		},
	},
	{
		name:  "longer than the browser keeps",
		serve: map[string]answer{"SITE/": {set: []string{"two-years=1; Max-Age=63072000", "ever=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"}, headers: map[string]string{"Date": "Fri, 01 Jan 9999 00:00:00 GMT"}}},
		want: []string{
			"set cookie ever @SITE/ for 31535999s, response by SITE/",
			"set cookie two-years @SITE/ for 63072000s, response by SITE/",
		},
	},
	{
		name: "fetch without credentials",
		serve: map[string]answer{
			"SITE/":      {set: []string{"kept=old"}, body: "<script>fetch('/fetch', {credentials: 'omit'})</script>"},
			"SITE/fetch": {set: []string{"lost=1", "kept=new"}},
		},
		want: []string{
			"set cookie kept @SITE/, response by SITE/",
			"refused cookie kept @SITE/, response by SITE/fetch < SITE/:1, refused: not in the jar afterwards",
			"refused cookie lost @SITE/, response by SITE/fetch < SITE/:1, refused: not in the jar afterwards",
		},
	},
	{
		name: "partitioned",
		serve: map[string]answer{
			"SITE/":     {set: []string{"own=1; Secure; Partitioned; SameSite=None"}, body: "<iframe src=https://ADS/frame></iframe>"},
			"ADS/frame": {set: []string{"chips=1; Secure; Partitioned; SameSite=None; Path=/"}, body: "<script>document.cookie = 'script=1; Secure; Partitioned; SameSite=None'</script>"},
		},
		want: []string{
			"set cookie chips @ADS/ in SITE Secure None Partitioned, response by ADS/frame < SITE/:1",
			"set cookie own @SITE/ in SITE Secure None Partitioned, response by SITE/",
			"set cookie script @ADS/ in SITE Secure None Partitioned, script by ADS/frame:1 < SITE/:1",
		},
	},
	{
		name: "partitioned under the site a redirect leads to",
		serve: map[string]answer{
			"CDN/":      redirect("https://SITE/", "first=1; Secure; Partitioned; SameSite=None"),
			"SITE/":     {set: []string{"second=1; Secure; Partitioned; SameSite=None"}, body: "<iframe src=https://ADS/frame></iframe>"},
			"ADS/frame": {set: []string{"chips=1; Secure; Partitioned; SameSite=None; Path=/"}},
		},
		open: []string{"https://CDN/"},
		want: []string{
			"set cookie chips @ADS/ in SITE Secure None Partitioned, response by ADS/frame < SITE/:1",
			"set cookie first @CDN/ in CDN Secure None Partitioned, response by CDN/",
			"set cookie second @SITE/ in SITE Secure None Partitioned, response by SITE/ < CDN/",
		},
	},
	{
		name: "deleted by a response",
		serve: map[string]answer{
			"SITE/":     {set: []string{"a=1; Path=/", "b=1; Path=/"}},
			"SITE/gone": {set: []string{"a=; Path=/; Max-Age=0", "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "never=; Path=/; Max-Age=0"}},
		},
		open: []string{"https://SITE/", "https://SITE/gone"},
		want: []string{
			"set cookie a @SITE/, response by SITE/",
			"delete cookie a @SITE/ for 0s, response by SITE/gone",
			"set cookie b @SITE/, response by SITE/",
			"delete cookie b @SITE/ for 0s, response by SITE/gone",
			"delete cookie never @SITE/ for 0s, response by SITE/gone",
		},
	},
	{
		name: "set and changed across pages",
		serve: map[string]answer{
			"SITE/":    {set: []string{"a=1; Path=/"}, body: "<script>localStorage.setItem('l', 1); sessionStorage.setItem('s', 1)</script>"},
			"SITE/two": {set: []string{"a=2; Path=/"}, body: "<script>localStorage.setItem('l', 2); sessionStorage.setItem('s', 1)</script>"},
		},
		open: []string{"https://SITE/", "https://SITE/two"},
		want: []string{
			"set cookie a @SITE/, response by SITE/",
			"change cookie a @SITE/, response by SITE/two",
			"set localStorage l @SITE, script by SITE/:1",
			"change localStorage l @SITE, script by SITE/two:1",
			"set sessionStorage s @SITE, script by SITE/:1",
			"set sessionStorage s @SITE, script by SITE/two:1",
		},
		requests: []string{
			"GET SITE/ Document same-site 200, sets cookie a @SITE/",
			"GET SITE/two Document same-site 200, sets cookie a @SITE/, carries cookie a @SITE/",
		},
	},
	{
		name:  "domain cookie and host-only cookie of one name",
		serve: map[string]answer{"SITE/": {set: []string{"a=1; Domain=SITE", "a=2"}}},
		want: []string{
			"set cookie a @.SITE/, response by SITE/",
			"set cookie a @SITE/, response by SITE/",
		},
	},
	{
		name: "redirects of a fetch",
		serve: map[string]answer{
			"SITE/":  page("<script>fetch('/1')</script>"),
			"SITE/1": redirect("/2", "one=1"),
			"SITE/2": redirect("/3", "two=1"),
			"SITE/3": redirect("/4", "three=1"),
			"SITE/4": {set: []string{"four=1"}},
		},
		want: []string{
			"set cookie four @SITE/, response by SITE/4 < SITE/3 < SITE/2 < SITE/1 < SITE/:1",
			"set cookie one @SITE/, response by SITE/1 < SITE/:1",
			"set cookie three @SITE/, response by SITE/3 < SITE/2 < SITE/1 < SITE/:1",
			"set cookie two @SITE/, response by SITE/2 < SITE/1 < SITE/:1",
		},
	},
}
