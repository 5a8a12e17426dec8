// Stands in for Twitter's script: puts a feed where the page asks for one.
for (const place of document.querySelectorAll('[data-timeline]')) {
  const frame = document.createElement('iframe');
  frame.title = 'Feed';
  frame.src = 'https://syndication.twitter.com/srv/timeline-profile/screen-name/' + place.dataset.timeline;
  place.append(frame);
}
