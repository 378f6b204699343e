import { mount } from 'svelte';
import App from './App.svelte';
import DropTarget from './data/DropTarget.svelte';
import './theme.css';

const target = document.getElementById('app');
if (target) mount(App, { target });
mount(DropTarget, { target: document.body });
