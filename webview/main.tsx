import './styles/index.css';
import { render } from 'preact';
import { PanelView } from './components/PanelView.tsx';
import { PanelContext } from './state/context.ts';
import { Panel } from './state/panel.ts';

const panel = new Panel();
const root = document.createElement('div');
root.className = 'root';
document.body.append(root);
render(
  <PanelContext.Provider value={panel}>
    <PanelView />
  </PanelContext.Provider>,
  root,
);
void panel.start();
