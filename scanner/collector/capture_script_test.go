package collector_test

// scriptWays set cookies by document.cookie and cookieStore.
var scriptWays = []way{
	{
		name: "inline, external, promise, timer and eval",
		serve: map[string]answer{
			"SITE/dir/page": page(`<script>document.cookie = 'inline=1; Max-Age=60; SameSite=Lax'</script>
<script src=https://CDN/lib.js></script>`),
			"CDN/lib.js": {body: `document.cookie = 'external=1; Path=/';
Promise.resolve().then(() => {
	document.cookie = 'promise=1';
	setTimeout(() => {
		document.cookie = 'timer=1';
		eval("document.cookie = 'eval=1'");
		new Function("document.cookie = 'function=1'")();
		setTimeout("document.cookie = 'text=1'");
	});
});`},
		},
		open: []string{"https://SITE/dir/page"},
		want: []string{
			"set cookie eval @SITE/dir, script by CDN/lib.js:6 < SITE/dir/page:2",
			"set cookie external @SITE/, script by CDN/lib.js:1 < SITE/dir/page:2",
			"set cookie function @SITE/dir, script by CDN/lib.js:7 < SITE/dir/page:2",
			"set cookie inline @SITE/dir for 60s Lax, script by SITE/dir/page:1",
			"set cookie promise @SITE/dir, script by CDN/lib.js:3 < SITE/dir/page:2",
			"set cookie text @SITE/dir, script by SITE/dir/page",
			"set cookie timer @SITE/dir, script by CDN/lib.js:5 < SITE/dir/page:2",
		},
	},
	{
		name: "blob script",
		serve: map[string]answer{
			"SITE/": page(`<script>
const s = document.createElement('script');
s.src = URL.createObjectURL(new Blob(["document.cookie = 'blob=1'"]));
document.head.append(s)</script>`),
		},
		want: []string{
			"set cookie blob @SITE/, script by SITE/:4",
		},
	},
	{
		name: "injected through a tag manager",
		serve: map[string]answer{
			"SITE/":        page("\n<script src=https://TAG/gtm.js></script>"),
			"TAG/gtm.js":   {body: "\n\nconst s = document.createElement('script'); s.src = 'https://ADS/pixel.js'; document.head.append(s)"},
			"ADS/pixel.js": {body: "\ndocument.cookie = '_px=1; Max-Age=63072000; Path=/'; new Image().src = 'https://ADS/hit.png'"},
			"ADS/hit.png":  {set: []string{"hit=1; SameSite=None; Secure"}},
		},
		want: []string{
			"set cookie _px @SITE/ for 63072000s, script by ADS/pixel.js:2 < TAG/gtm.js:3 < SITE/:2",
			"set cookie hit @ADS/ Secure None, response by ADS/hit.png < ADS/pixel.js:2 < TAG/gtm.js:3 < SITE/:2",
		},
		requests: []string{
			"GET ADS/hit.png Image cross-site 200, sets cookie hit @ADS/",
			"GET ADS/pixel.js Script cross-site 200",
			"GET TAG/gtm.js Script cross-site 200",
			"GET SITE/ Document same-site 200",
		},
	},
	{
		name:  "set and deleted in one task",
		serve: map[string]answer{"SITE/": page("<script>document.cookie = 'flash=1'; document.cookie = 'flash=; Max-Age=0'; document.cookie = 'none=; Max-Age=0'</script>")},
		want: []string{
			"set cookie flash @SITE/, script by SITE/:1",
			"delete cookie flash @SITE/ for 0s, script by SITE/:1",
			"delete cookie none @SITE/ for 0s, script by SITE/:1",
		},
	},
	{
		name:  "script deletes what a response set",
		serve: map[string]answer{"SITE/": {set: []string{"a=1"}, body: "<script>document.cookie = 'a=; Max-Age=0'</script>"}},
		want: []string{
			"set cookie a @SITE/, response by SITE/",
			"delete cookie a @SITE/ for 0s, script by SITE/:1",
		},
	},
	{
		name: "setter taken from another realm",
		serve: map[string]answer{"SITE/": page(`<script>
const f = document.createElement('iframe'); f.src = '/dir/frame'; f.onload = () => {
	const set = Object.getOwnPropertyDescriptor(f.contentWindow.Document.prototype, 'cookie').set;
	set.call(document, 'stolen=1');
	const blank = document.createElement('iframe'); document.head.append(blank);
	Object.getOwnPropertyDescriptor(blank.contentWindow.Document.prototype, 'cookie').set.call(document, 'blank=1');
	blank.contentWindow.document.cookie = 'inside=1';
	blank.remove();
};
document.head.append(f)</script>`), "SITE/dir/frame": page("")},
		want: []string{
			"set cookie blank @SITE/, script by SITE/:6",
			"set cookie inside @SITE/, script by SITE/:7",
			"set cookie stolen @SITE/, script by SITE/:4",
		},
	},
	{
		name: "frames without an address of their own",
		serve: map[string]answer{"SITE/dir/page": page(`<base href=https://CDN/elsewhere/>
<iframe srcdoc="<script>document.cookie = 'srcdoc=1'; localStorage.setItem('srcdoc', 1)</script>"></iframe>
<script>
const f = document.createElement('iframe'); document.body.append(f);
const s = f.contentDocument.createElement('script'); s.textContent = "document.cookie = 'blank=1'"; f.contentDocument.head.append(s);
f.contentWindow.eval("document.cookie = 'evaluated=1'");
</script>
<iframe src="javascript:document.cookie = 'url=1'"></iframe>
<iframe sandbox="allow-scripts" srcdoc="<script>document.cookie = 'sandboxed=1'</script>"></iframe>`)},
		open: []string{"https://SITE/dir/page"},
		want: []string{
			"set cookie blank @SITE/dir, script by SITE/dir/page:5",
			"set cookie evaluated @SITE/dir, script by SITE/dir/page:4",
			"set cookie srcdoc @SITE/dir, script by SITE/dir/page",
			"set cookie url @SITE/dir, script by SITE/dir/page",
			"set localStorage srcdoc @SITE, script by SITE/dir/page",
		},
	},
	{
		name: "cross-site frame's script",
		serve: map[string]answer{
			"SITE/":     page("<iframe src=https://ADS/frame></iframe>"),
			"ADS/frame": page("<script>document.cookie = 'framed=1; SameSite=None; Secure'; document.cookie = 'strict=1'</script>"),
		},
		want: []string{
			"set cookie framed @ADS/ Secure None, script by ADS/frame:1 < SITE/:1",
			"refused cookie strict @ADS/, script by ADS/frame:1 < SITE/:1, refused: not stored by the browser",
		},
	},
	{
		name: "cookieStore",
		serve: map[string]answer{"SITE/": page(`<script>(async () => {
	await cookieStore.set('plain', '1');
	await cookieStore.set({name: 'full', value: '1', domain: 'SITE', path: '/dir', expires: Date.now() + 86400000, sameSite: 'lax'});
	await cookieStore.set({name: 'age', value: '1', maxAge: 90});
	await cookieStore.set({name: 'chips', value: '1', partitioned: true, sameSite: 'none'});
	await cookieStore.set('gone', '1');
	await cookieStore.delete('gone');
	await cookieStore.set({name: 'foreign', value: '1', domain: 'other.test'}).catch(() => 0);
})()</script>`)},
		want: []string{
			"set cookie age @SITE/ for 90s Secure Strict, script by SITE/:4",
			"set cookie chips @SITE/ in SITE Secure None Partitioned, script by SITE/:5",
			"refused cookie foreign @.other.test/ Secure Strict, script by SITE/:8, refused: InvalidDomain",
			"set cookie full @.SITE/dir/ for 86400s Secure Lax, script by SITE/:3",
			"set cookie gone @SITE/ Secure Strict, script by SITE/:6",
			"delete cookie gone @SITE/ Secure Strict, script by SITE/:7",
			"set cookie plain @SITE/ Secure Strict, script by SITE/:2",
		},
	},
	{
		name: "domain, host-only and path",
		serve: map[string]answer{"SITE/dir/page": page(`<script>
document.cookie = 'a=1; Domain=SITE';
document.cookie = 'a=2';
document.cookie = 'a=3; Path=/';
document.cookie = 'far=1; Path=/other';
document.cookie = 'a=4; Domain=.SITE';
document.cookie = 'nameless';
</script>`)},
		open: []string{"https://SITE/dir/page"},
		want: []string{
			"set cookie  @SITE/dir, script by SITE/dir/page:7",
			"set cookie a @.SITE/dir, script by SITE/dir/page:2",
			"change cookie a @.SITE/dir, script by SITE/dir/page:6",
			"set cookie a @SITE/, script by SITE/dir/page:4",
			"set cookie a @SITE/dir, script by SITE/dir/page:3",
			"set cookie far @SITE/other, script by SITE/dir/page:5",
		},
	},
	{
		name: "refused by the browser, of a script",
		serve: map[string]answer{"SITE/": {set: []string{"http=1; HttpOnly"}, body: `<script>
document.cookie = 'foreign=1; Domain=other.test';
document.cookie = 'suffix=1; Domain=test';
document.cookie = 'hidden=1; HttpOnly';
document.cookie = '__Host-a=1; Path=/';
document.cookie = 'http=2';
document.cookie = 'a=1';
document.cookie = 'a=1; Domain=other.test';
document.cookie = 'far=1; Path=/other; Domain=other.test';
document.cookie = '__Host-far=1; Path=/other; Secure';
document.cookie = 'http=; Max-Age=0';
</script>`}},
		want: []string{
			"refused cookie __Host-a @SITE/, script by SITE/:5, refused: InvalidPrefix",
			"refused cookie __Host-far @SITE/other Secure, script by SITE/:10, refused: InvalidPrefix",
			"refused cookie a @.other.test/, script by SITE/:8, refused: InvalidDomain",
			"set cookie a @SITE/, script by SITE/:7",
			"refused cookie far @.other.test/other, script by SITE/:9, refused: InvalidDomain",
			"refused cookie foreign @.other.test/, script by SITE/:2, refused: InvalidDomain",
			"refused cookie hidden @SITE/ HttpOnly, script by SITE/:4, refused: not stored by the browser",
			"set cookie http @SITE/ HttpOnly, response by SITE/",
			"refused cookie http @SITE/, script by SITE/:6, refused: not stored by the browser",
			"refused cookie http @SITE/ for 0s, script by SITE/:11, refused: still in the jar afterwards",
			"refused cookie suffix @.test/, script by SITE/:3, refused: InvalidDomain",
		},
	},
	{
		name:  "Secure from a page over http",
		serve: map[string]answer{"SITE/": page(`<script>document.cookie = 'safe=1; Secure'; document.cookie = 'plain=1'</script>`)},
		open:  []string{"http://SITE/"},
		want: []string{
			"set cookie plain @SITE/, script by http://SITE/:1",
			"refused cookie safe @SITE/ Secure, script by http://SITE/:1, refused: not stored by the browser",
		},
	},
	{
		name: "Expires by the page's own clock",
		serve: map[string]answer{"SITE/": page(`<script>
while (Date.now() % 1000 > 500); // a date is in whole seconds
document.cookie = 'minute=1; Expires=' + new Date(Date.now() + 60000).toUTCString();
document.cookie = 'half=1; Expires=' + new Date(Date.now() + 182 * 86400000).toUTCString();
</script>`)},
		want: []string{
			"set cookie half @SITE/ for 15724800s, script by SITE/:4",
			"set cookie minute @SITE/ for 60s, script by SITE/:3",
		},
	},
	{
		name: "Expires by the page's own clock in fast time",
		serve: map[string]answer{"SITE/": page(`<script>
setTimeout(() => {
	document.cookie = 'late=1; Expires=' + new Date(1000 * Math.floor(Date.now() / 1000) + 60000).toUTCString();
	document.cookie = 'age=1; Max-Age=60';
	new Image().src = '/late.png';
}, 30000)</script>`), "SITE/late.png": {set: []string{"response=1; Max-Age=60"}}},
		open: []string{"https://SITE/", "https://SITE/"},
		fast: true,
		want: []string{
			"set cookie age @SITE/ for 60s, script by SITE/:4, on timer, fast",
			"change cookie age @SITE/ for 60s, script by SITE/:4, on timer, fast",
			"set cookie late @SITE/ for 60s, script by SITE/:3, on timer, fast",
			"change cookie late @SITE/ for 60s, script by SITE/:3, on timer, fast",
			"set cookie response @SITE/ for 60s, response by SITE/late.png < SITE/:5, on timer, fast",
			"change cookie response @SITE/ for 60s, response by SITE/late.png < SITE/:5, on timer, fast",
		},
	},
	{
		name: "inline handler",
		serve: map[string]answer{"SITE/": page(`
<button style="position:fixed;left:0;top:0;width:100px;height:100px" onclick="document.cookie='clicked=1'; fetch('/clicked')">go</button>`),
			"SITE/clicked": {set: []string{"answered=1"}}},
		click: true,
		want: []string{
			"set cookie answered @SITE/, response by SITE/clicked < SITE/:2, on click",
			"set cookie clicked @SITE/, script by SITE/:2, on click",
		},
	},
}
